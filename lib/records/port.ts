import type { ImageProcessingResult } from '../contract/shapes.ts';
import type {
  ChangedFields,
  EntryChange,
  EntryPage,
  EntryQuery,
  EntryRecord,
  IfVersion,
  ImageRecord,
  NewEntry,
  NewImage,
  RecordedFace,
  RecordStatus,
} from './entry.ts';
import type { ErasedCounts, ErasureOptions, ErasureRecord } from './erasure.ts';
import type { MergeClaim } from './merging.ts';
import type {
  KeptFace,
  KeptFacePlace,
  NewReview,
  ProcessedFilter,
  ProcessedIds,
  ProcessedPage,
  ProcessedQuery,
  ProcessedResult,
  ReviewTally,
  Stamp,
  TimeDisorder,
  TrackProgress,
} from './processed.ts';
import type { RetentionNote, UnknownKept } from './sweep-notes.ts';

export interface RecordCounts {
  readonly entries: number;
  readonly images: number;
  readonly processed: number;
}

/**
 * Stores entries, their images, and processed pictures. Both adapters keep these promises, and
 * `test/suites/records.ts` proves them:
 *
 * - A write that returned survives a crash.
 * - A method that reads one record returns `undefined` if it is absent, and a deletion of an absent record
 *   does nothing.
 * - A failure of the store throws `BackendUnavailableError` or `ThrottledError`, with its `cause`.
 * - On a full disk, methods that add throw `DiskFullError`, and deletions still work.
 *
 * What changes something that is shown writes its line of the audit trail in the same transaction, on behalf
 * of whoever `inAuditScope` tells. What only prepares or takes back writes none, but where a part of the
 * service finishes what others left.
 * @example
 * const { id } = await records.createEntry({ name: 'Ada', reason: null });
 * await records.activateEntry(id);
 */
export interface RecordStore {
  /**
   * Makes a `PENDING` entry, and reserves its name.
   * @param entry with `carried`, it comes from another store and keeps its dates and version, and its id if
   *   that is given; later entries get larger ids
   * @throws NameTakenError when any entry, of whatever status, has the name; of two simultaneous calls, one
   *   throws it
   * @throws BackendUnavailableError when the store fails, or an entry already has the carried id
   * @throws ThrottledError, DiskFullError
   */
  createEntry(entry: NewEntry): Promise<EntryRecord>;
  /**
   * Makes a `PENDING` entry `ACTIVE`. Returns it, or `undefined` if there is no such `PENDING` entry.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  activateEntry(entryId: number): Promise<EntryRecord | undefined>;
  /**
   * Lets the maker of a `PENDING` entry keep it for so many milliseconds from now. Others stay as they are.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  renewEntry(entryId: number, claimMs: number): Promise<void>;
  /**
   * Hides a `PENDING` entry if its maker's time is over, in one step: the maker can't complete it any more.
   * Returns true if the entry is hidden or absent, so that it may be removed.
   * @throws BackendUnavailableError, ThrottledError
   */
  giveUpEntry(entryId: number): Promise<boolean>;
  /**
   * Reads an entry of any status.
   * @throws BackendUnavailableError, ThrottledError
   */
  getEntry(entryId: number): Promise<EntryRecord | undefined>;
  /**
   * Finds the entry of a name, of any status.
   * @throws BackendUnavailableError, ThrottledError
   */
  findEntry(name: string): Promise<EntryRecord | undefined>;
  /**
   * Lists the entries of one status, by rising id.
   * @throws BackendUnavailableError, ThrottledError
   */
  listEntries(status: RecordStatus): Promise<EntryRecord[]>;
  /**
   * Returns a page of the `ACTIVE` entries. It reads no images but those of the entries on the page.
   * @throws BackendUnavailableError, ThrottledError
   */
  findEntries(query: EntryQuery): Promise<EntryPage>;
  /**
   * Changes these fields of an `ACTIVE` entry; returns `undefined` if there is none. If all fields have their
   * values already, it changes nothing, and the version stays.
   * @param options `actor` is the name of whoever changes it, if known
   * @throws VersionConflictError when it has none of the versions, also after a simultaneous change
   * @throws NameTakenError when another entry has the name
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  updateEntry(
    entryId: number,
    change: ChangedFields,
    options?: IfVersion & { readonly actor?: string | null },
  ): Promise<EntryRecord | undefined>;
  /**
   * Hides an entry for good: `PENDING`, `ACTIVE` or already `DELETING`, it is `DELETING` from now on.
   * Returns it as it was before, `undefined` when there is none.
   *
   * With a choice what becomes of its history, an erasure is noted in the same step, and receivers of events
   * are to be told. An erasure that is under way takes over the choice, unless it ends a merge.
   * @throws VersionConflictError when an `ACTIVE` entry has none of the versions
   * @throws EntryNotFoundError when it is to be merged, and is not `ACTIVE`
   * @throws RequestInvalidError when the entry that it is merged into is not `ACTIVE`; nothing changes then
   * @throws MergeOvertakenError when the merge was revoked, or the entry has other images
   * @throws BackendUnavailableError, ThrottledError
   */
  markEntryDeleting(entryId: number, options?: ErasureOptions): Promise<EntryRecord | undefined>;
  /**
   * Returns the merge of an entry into another one that is under way; `undefined` if there is none.
   * @throws BackendUnavailableError, ThrottledError
   */
  mergeClaim(entryId: number): Promise<MergeClaim | undefined>;
  /**
   * Replaces the claim of a merge, if it is still as it was read. Returns false if it is not, or if the claim
   * is to stand and the entry is not `ACTIVE`.
   * @param before the claim as it was read; `undefined` where there was none
   * @param after the new claim; `undefined` to end it
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  replaceMergeClaim(
    entryId: number,
    before: MergeClaim | undefined,
    after: MergeClaim | undefined,
  ): Promise<boolean>;
  /**
   * The erasure of the entry of that id; `undefined` where there is none.
   * @throws BackendUnavailableError, ThrottledError
   */
  getErasure(entryId: number): Promise<ErasureRecord | undefined>;
  /**
   * Lists the ids of the entries that were merged into an entry, not those that were merged into them before.
   * The cost grows with their number alone.
   * @throws BackendUnavailableError, ThrottledError
   */
  mergedEntries(entryId: number): Promise<number[]>;
  /**
   * Notes what was found, of each place the larger of two counts, so that it can be noted again.
   * @param isFinished true if the erasure is finished, false if it is not after all, or else as it was
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  noteErasure(entryId: number, found: Partial<ErasedCounts>, isFinished?: boolean): Promise<void>;
  /**
   * Erasures that are not settled. They are under way, or have finished so lately that a request which began
   * before may still have written.
   * @throws BackendUnavailableError, ThrottledError
   */
  unsettledErasures(): Promise<ErasureRecord[]>;
  /**
   * Notes that nothing can follow an erasure any more.
   * @throws BackendUnavailableError, ThrottledError
   */
  settleErasure(entryId: number): Promise<void>;
  /**
   * Takes an entry's name, reason and identity out of the records of processed pictures, see `redacted`. The
   * notes of its reviews and the places of the copies go too. Its erasure counts what goes, in the same step.
   * @param ids 100 at most
   * @param options `isSeen` is true for pictures in which a look-back found the person, who is no match there
   * @throws BackendUnavailableError, ThrottledError
   */
  redactProcessed(
    ids: readonly number[],
    entryId: number,
    options?: { readonly isSeen?: boolean },
  ): Promise<void>;
  /**
   * Closes the processed pictures that earlier versions left open, though their matches were erased before
   * anybody judged them. Running it again changes nothing. Returns how many it closed.
   * @throws BackendUnavailableError, ThrottledError
   */
  closeErased(): Promise<number>;
  /**
   * Makes sure that nothing of an entry that was erased can be read in the store's own files any more.
   * @throws BackendUnavailableError, ThrottledError
   */
  purge(entryId: number): Promise<void>;
  /**
   * Removes the entry and the remaining records of its images, and frees its name.
   * @throws BackendUnavailableError, ThrottledError
   */
  removeEntry(entryId: number): Promise<void>;
  /**
   * Lists the `ACTIVE` entries whose name equals this one, apart from case and accents, by rising id. The
   * cost grows with the entries found. Entries of an earlier version are found only after `normalizeEntries`.
   * @throws BackendUnavailableError, ThrottledError
   */
  findAlike(name: string): Promise<EntryRecord[]>;
  /**
   * Brings names and reasons of an earlier version to their normal form. If two names become one, both
   * entries stay, see `planNormalForms`. Running it again, or several times at once, gives the same result.
   * Returns its changes.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  normalizeEntries(): Promise<EntryChange[]>;

  /**
   * Makes a `PENDING` image of an entry that is not `DELETING`. Returns `undefined` if an image of any status
   * has the id.
   * @throws EntryNotFoundError when there is no such entry
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  createImage(image: NewImage): Promise<ImageRecord | undefined>;
  /**
   * Makes a `PENDING` image `ACTIVE`, unless its entry is `DELETING`, and stores its face. Returns the image,
   * or `undefined` if there is no such image.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  activateImage(imageId: string, face: RecordedFace): Promise<ImageRecord | undefined>;
  /**
   * Replaces the face of an `ACTIVE` image; does nothing if there is no such image.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  replaceFace(imageId: string, face: RecordedFace): Promise<void>;
  /**
   * Reads images of any status, and returns those that exist by their ids. The cost grows only with
   * `imageIds`.
   * @throws BackendUnavailableError, ThrottledError
   */
  getImages(imageIds: readonly string[]): Promise<Map<string, ImageRecord>>;
  /**
   * Lists all images of an entry, of any status, oldest first.
   * @throws BackendUnavailableError, ThrottledError
   */
  listImages(entryId: number): Promise<ImageRecord[]>;
  /**
   * Lists the images of one status over all entries, oldest first.
   * @throws BackendUnavailableError, ThrottledError
   */
  listImagesByStatus(status: RecordStatus): AsyncIterable<ImageRecord>;
  /**
   * Marks an `ACTIVE` image of an `ACTIVE` entry `DELETING`, unless it is the entry's last `ACTIVE` image.
   * This holds for simultaneous calls too. Returns the image as it was, or `undefined` if it is not `ACTIVE`.
   * Of several simultaneous calls for one image, one gets it.
   * @param staysId another image, which must be `ACTIVE` too
   * @throws EntryNotFoundError when its entry is not `ACTIVE`
   * @throws LastImageError when it is the last one, or the other one is not `ACTIVE`
   * @throws BackendUnavailableError, ThrottledError
   */
  withdrawImage(imageId: string, staysId?: string): Promise<ImageRecord | undefined>;
  /**
   * Takes an `ACTIVE` image from its holder, so that nobody takes it back. Returns false if there is no such
   * image.
   * @throws BackendUnavailableError, ThrottledError
   */
  keepImage(imageId: string): Promise<boolean>;
  /**
   * Marks an image `DELETING`, so that it is no longer shown. Does nothing if it is absent. Returns false if
   * it has another holder: then nothing of it may be removed.
   * @param holder the holder that the image must have; any without it
   * @throws BackendUnavailableError, ThrottledError
   */
  markImageDeleting(imageId: string, holder?: string): Promise<boolean>;
  /**
   * Removes an image's record, if there is one.
   * @throws BackendUnavailableError, ThrottledError
   */
  removeImage(imageId: string): Promise<void>;
  /**
   * Reads images, and returns those that a match may show, each with its entry: image and entry are both
   * `ACTIVE`, and the entry is neither suspended nor expired by now. The cost grows only with `imageIds`.
   * @throws BackendUnavailableError, ThrottledError
   */
  findActive(imageIds: readonly string[]): Promise<Map<string, { image: ImageRecord; entry: EntryRecord }>>;

  /**
   * Stores a processed picture's answer. Storing it again with the same `pictureId` adds nothing, and returns
   * the same stamp.
   * @param pictureId id from which the keys of the stored pictures are made
   * @param carried time of a picture that another service processed; nobody is told of its matches
   * @param kept faces that go with the record, whenever it is removed or redacted
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  addProcessed(
    pictureId: string,
    result: ProcessedResult,
    carried?: Date,
    kept?: readonly KeptFace[],
  ): Promise<Stamp>;
  /**
   * Removes these kept faces, and remembers until the next `purge` that nothing of them may be left.
   * @param entryId the entry that is erased
   * @throws BackendUnavailableError, ThrottledError
   */
  forgetFaces(faces: readonly KeptFacePlace[], entryId: number): Promise<void>;
  /**
   * Removes kept faces of before a time, some at a time; returns how many. Call it until it returns 0.
   * @param version faces of other versions go too, however new they are
   * @throws BackendUnavailableError, ThrottledError
   */
  forgetFacesBefore(time: Date, version: string): Promise<number>;
  /**
   * Brings the times and counts of a passage up to date, in the record that tells of it; nobody is told
   * again. Does nothing if the record or its passage is absent.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  updateTrack(id: number, track: TrackProgress): Promise<void>;
  /**
   * Reads a processed picture's answer.
   * @param actor whoever must have sent it; anybody unless it is given
   * @throws BackendUnavailableError, ThrottledError
   */
  getProcessed(id: number, actor?: string): Promise<ImageProcessingResult | undefined>;
  /**
   * Reads the answers of those processed pictures that exist, by their ids.
   * @param ids 100 at most
   * @param filter condition that the pictures must pass
   * @throws BackendUnavailableError, ThrottledError
   */
  getProcessedAmong(
    ids: readonly number[],
    filter?: ProcessedFilter,
  ): Promise<Map<number, ImageProcessingResult>>;
  /**
   * Stores what somebody says of a match, in place of what the same person said of it before. Returns the
   * picture's answer with its reviews, or `undefined` if there is no such picture. Receivers of events are
   * told in the same transaction. Saying the same again changes nothing.
   * @param reviewers number of people who must judge a match before it is decided
   * @throws RequestInvalidError when the picture has no such match or near miss
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  reviewProcessed(
    id: number,
    review: NewReview,
    reviewers: 1 | 2,
  ): Promise<ImageProcessingResult | undefined>;
  /**
   * Counts the decided matches of pictures of this day or later. The cost grows with the days and the entries
   * that were decided on them. Counts are kept for 90 days at least.
   * @param sinceDay day in days since 1970 (UTC)
   * @throws BackendUnavailableError, ThrottledError
   */
  reviewTallies(sinceDay: number): Promise<ReviewTally[]>;
  /**
   * Returns the ids of those processed pictures that exist. The cost grows only with `pictureIds`.
   * @throws BackendUnavailableError, ThrottledError
   */
  findProcessed(pictureIds: readonly string[]): Promise<Set<string>>;
  /**
   * Reads a page of processed pictures, newest first. The cost grows neither with `offset` nor with the
   * table. With `since` or `until`, it grows with the table's logarithm, for each time that the clock was put
   * back. With `review`, it grows by one count for each 1,000 pictures with a match. With `review` and
   * `entryId`, or with `mergedIds`, it grows with the pictures of those entries.
   * @throws BackendUnavailableError, ThrottledError
   */
  listProcessed(query: ProcessedQuery): Promise<ProcessedPage>;
  /**
   * Reads the ids of a page of processed pictures, newest first: the page of `listProcessed`, of up to 10,000
   * pictures. No picture's answer is read.
   * @throws BackendUnavailableError, ThrottledError
   */
  listProcessedIds(query: ProcessedQuery): Promise<ProcessedIds>;

  /**
   * Returns the time of the newest processed picture that shows an entry, ISO 8601, UTC; `null` without one.
   * The cost does not grow with the history.
   * @throws BackendUnavailableError, ThrottledError
   */
  lastSeen(entryId: number): Promise<string | null>;

  /**
   * Removes the records of these processed pictures, those that there are; returns how many. Their ids are
   * never given again. Pages and totals go on being right, at the same cost. Done again from any point, it
   * ends the same.
   * @param ids 100 at most
   * @throws BackendUnavailableError, ThrottledError
   */
  removeProcessed(ids: readonly number[]): Promise<number>;

  /**
   * The state of the deletion by age; `undefined` before the first `noteRetention`.
   * @throws BackendUnavailableError, ThrottledError
   */
  retention(): Promise<RetentionNote | undefined>;
  /** @throws BackendUnavailableError, ThrottledError, DiskFullError */
  noteRetention(note: RetentionNote): Promise<void>;
  /**
   * Tells the largest id that was given to an entry, also to one that is gone; 0 before the first.
   * @throws BackendUnavailableError
   */
  lastEntryId(): Promise<number>;

  /**
   * Reads what the last sweep kept though no record knows it; `undefined` before the first `noteUnknownKept`.
   * @throws BackendUnavailableError, ThrottledError
   */
  unknownKept(): Promise<UnknownKept | undefined>;
  /** @throws BackendUnavailableError, ThrottledError, DiskFullError */
  noteUnknownKept(kept: UnknownKept): Promise<void>;

  /**
   * The last time that the clock was put back between two processed pictures; `undefined` when it never was.
   * @throws BackendUnavailableError, ThrottledError
   */
  timeDisorder(): Promise<TimeDisorder | undefined>;

  /**
   * Counts the `ACTIVE` entries, their `ACTIVE` images, and the processed pictures.
   * @throws BackendUnavailableError, ThrottledError
   */
  count(): Promise<RecordCounts>;

  /**
   * Checks that the store can be read, and has room to write.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError when it can't
   */
  check(): Promise<void>;
  /**
   * Closes the store; no method may be called after it.
   * @throws BackendUnavailableError, ThrottledError
   */
  close(): Promise<void>;
}
