import type { ReviewState, ReviewVerdict } from '../contract/review.ts';
import type { ImageProcessingResult, Track } from '../contract/shapes.ts';
import type { Severity } from '../contract/vocabulary.ts';
import type { FaceQuality, ImageFace, KeptTemplate } from '../faces/port.ts';

/**
 * State of a record: `PENDING` while it is being made, `DELETING` while it is being deleted. Only `ACTIVE`
 * records are shown.
 */
export type RecordStatus = 'PENDING' | 'ACTIVE' | 'DELETING';

/** The part of an entry that may be left out when it is made. Moments are ISO 8601, UTC. */
export interface EntryDetails {
  /** Moment from which nobody matches the entry; `null` for one that does not end. */
  readonly expiresAt: string | null;
  /** Moment by which somebody wants to decide again. */
  readonly reviewAt: string | null;
  /** 1..50 characters. */
  readonly category: string | null;
  readonly severity: Severity | null;
  /** Up to 5,000 characters, with line breaks. */
  readonly notes: string | null;
  /** True while nobody may match the entry. */
  readonly suspended: boolean;
}

/** The details of an entry that was made without any. */
export const noDetails: EntryDetails = {
  expiresAt: null,
  reviewAt: null,
  category: null,
  severity: null,
  notes: null,
  suspended: false,
};

/** A listed person. */
export interface EntryRecord extends EntryDetails {
  /** Id, a whole number from 1 on. A later entry has a larger one, and no id is used twice. */
  readonly id: number;
  /** Name of 1 to 100 characters, unique among all entries of any status. */
  readonly name: string;
  readonly reason: string | null;
  /** Time of creation, ISO 8601, UTC. */
  readonly addedDate: string;
  readonly status: RecordStatus;
  /** Number of the entry's images that are `ACTIVE`. */
  readonly imageCount: number;
  /** Name of whoever listed the person, where that is known. */
  readonly addedBy: string | null;
  /** Name of whoever changed the entry last, where that is known. */
  readonly updatedBy: string | null;
  /** ISO 8601, UTC; `null` until its first change. */
  readonly updatedDate: string | null;
  /** 1 for a new entry, and one more for each change of its fields. Its images are not counted. */
  readonly version: number;
}

/** An entry to be made. */
export interface NewEntry extends Partial<EntryDetails> {
  readonly name: string;
  readonly reason: string | null;
  readonly addedBy?: string | null;
  /**
   * Milliseconds for which its maker alone may complete or give up the entry, unless it renews them; five
   * minutes by default.
   */
  readonly claimMs?: number;
  /** Fields that an entry from another store keeps. */
  readonly carried?: CarriedEntry;
}
export type CarriedEntry = Pick<EntryRecord, 'addedDate'> &
  Partial<Pick<EntryRecord, 'id' | 'updatedBy' | 'updatedDate' | 'version'>>;

/** The fields of an entry that are to change. */
export type ChangedFields = Partial<Pick<EntryRecord, 'name' | 'reason'> & EntryDetails>;

/** A condition on the entry: it must have one of these versions. Without it, any will do. */
export interface IfVersion {
  readonly ifVersion?: readonly number[] | undefined;
}

export const entrySorts = ['id', 'name', 'added', 'updated', 'expires', 'review'] as const;
export type EntrySort = (typeof entrySorts)[number];

/** A choice of shown entries; all that is given must hold. */
export interface EntryQuery {
  /** All that are left by `offset` without it. */
  readonly limit?: number | undefined;
  readonly offset?: number;
  /** By id without it. Names are sorted without case and accents; entries without the date come last. */
  readonly sort?: EntrySort;
  readonly isDescending?: boolean;
  /** Case and accents make no difference. */
  readonly category?: string | undefined;
  /** Only those that have expired by now, or only the others. */
  readonly expired?: boolean | undefined;
  /** A part of name, reason or notes, see `searchForms`. */
  readonly search?: string | undefined;
}

export interface EntryPage {
  /** The number of entries that the query leaves. */
  readonly total: number;
  readonly items: EntryRecord[];
}

/** A change that brings an entry to its normal form. */
export interface EntryChange {
  readonly entryId: number;
  readonly name: string;
  readonly reason: string | null;
  /**
   * Id of the entry that has the normal name which this one would have got; `undefined` if none has it.
   */
  readonly sameNameAs: number | undefined;
}

/** Properties of a picture's file. */
export interface ImageFile {
  /** Sender's name for the file, 1 to 100 characters; `null` if it had none. */
  readonly name: string | null;
  readonly sizeBytes: number;
  /** Width and height of the upright picture, in pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * Enrolled face of an image. Its quality is `null` if the backend did not return it, or an earlier version
 * enrolled the face.
 */
export interface RecordedFace extends ImageFace {
  readonly quality: FaceQuality | null;
}

/** A reference image of an entry. */
export interface ImageRecord {
  /** Id of letters, digits and hyphens, unique over all entries. */
  readonly id: string;
  readonly entryId: number;
  /** Key of the original in the image store. */
  readonly key: string;
  readonly status: RecordStatus;
  /** Time of creation, ISO 8601, UTC. */
  readonly addedDate: string;
  /** Enrolled face; `null` until it is known. */
  readonly face: RecordedFace | null;
  /** Properties of the file; `null` if an earlier version made the record. */
  readonly file: ImageFile | null;
}

export type NewImage = Pick<ImageRecord, 'id' | 'entryId' | 'key' | 'file'>;

/** Answer for a processed picture, without the id and the time that its record gets. */
export type ProcessedResult = Omit<ImageProcessingResult, 'db_id' | 'processing_timestamp'>;

/** Times and counts of a passage that goes on after its record was made. */
export type TrackProgress = Pick<Track, 'last_seen' | 'looks' | 'matched_looks'>;

/** Id and time of a processed picture's record. */
export interface Stamp {
  /** Id, a whole number from 1 on; a later record has a larger one. */
  readonly id: number;
  /**
   * Time by the clock, ISO 8601, UTC. If the clock was put back by more than a second, later records have
   * earlier times. If it was put back by less, they repeat the last time until the clock has caught up.
   */
  readonly timestamp: string;
}

/**
 * Two successive processed pictures of which the later has the earlier time, because the clock was put back.
 */
export interface TimeDisorder {
  readonly before: Stamp;
  readonly after: Stamp;
}

/** Filter of processed pictures; a picture must pass all conditions. */
export interface ProcessedFilter {
  readonly hasMatch?: boolean | undefined;
  /**
   * Id of an entry that the picture must show; the entry may be deleted by now. A picture of more than 50
   * entries passes only for the 50 that match best. With `source` or `reference`, one of more than 20 passes
   * only for the best that fit, at least 11.
   */
  readonly entryId?: number | undefined;
  /** Ids of further entries of the same person: a picture passes that shows any of them, or `entryId`. */
  readonly mergedIds?: readonly number[] | undefined;
  /**
   * State of the picture's matches: `open` if any is, else `confirmed`, `unsure` or `rejected`, whichever
   * comes first.
   */
  readonly review?: ReviewState | undefined;
  /** Id of an entry that nearly matched, and did not match, in the picture; no other condition but times. */
  readonly nearEntryId?: number | undefined;
  /** The picture shows very many entries, so that it is not found by each of them. */
  readonly isCrowd?: boolean | undefined;
  /** Source of the picture; normal forms are compared. */
  readonly source?: string | undefined;
  /** Reference of the picture; normal forms are compared. */
  readonly reference?: string | undefined;
  /** Earliest timestamp, included. */
  readonly since?: Date | undefined;
  /** Latest timestamp, excluded. */
  readonly until?: Date | undefined;
}

/** A face that is kept with its picture for a look-back. */
export type KeptFace = KeptTemplate;

/** Names a kept face. */
export interface KeptFacePlace {
  /** The `db_id` of its picture. */
  readonly processedId: number;
  readonly faceIndex: number;
}

/** A page of processed pictures: `limit` 1..100, `offset` >= 0. */
export interface ProcessedQuery extends ProcessedFilter {
  readonly limit: number;
  readonly offset: number;
}

export interface ProcessedPage {
  /** Number of pictures that pass the filter. */
  readonly total: number;
  /** Pictures of the page, newest first, each with its `db_id`. */
  readonly items: ImageProcessingResult[];
}

/** A person's verdict on a match. */
export interface NewReview {
  readonly faceIndex: number;
  readonly entryId: number;
  readonly verdict: ReviewVerdict;
  readonly note: string | null;
  /** Name of whoever judges. */
  readonly actor: string;
}

/** Matches that are counted together. */
export interface TallyKey {
  /** Day of the pictures, in days since 1970 (UTC). */
  readonly day: number;
  readonly entryId: number;
  readonly model: string;
  readonly metric: string;
  readonly threshold: number;
}

/** Number of decided matches, by verdict. */
export type ReviewTally = TallyKey & Readonly<Record<ReviewVerdict, number>>;

/** Choices for the history of an entry that is erased. */
export const historyChoices = ['redact', 'delete', 'keep'] as const;
export type HistoryChoice = (typeof historyChoices)[number];

/** Conditions and choices of a deletion. */
export interface ErasureOptions extends IfVersion {
  readonly history?: HistoryChoice;
  /**
   * Id of the entry that the person is listed under from now on. The history stays as long as that entry, and
   * goes with its erasure. It counts together with `history` alone.
   */
  readonly mergedInto?: number | undefined;
}

/** Places that an erasure empties, each with how many were found there. */
export interface ErasedCounts {
  readonly reference_pictures: number;
  readonly faces: number;
  /** Records of processed pictures in which the entry matched or nearly matched. */
  readonly history_records: number;
  /** Stored pictures, copies and crops of these. */
  readonly history_pictures: number;
  /** Faces that were kept for a look-back. */
  readonly kept_faces: number;
  readonly inbox_files: number;
  readonly rejected_files: number;
  /** Pictures that were sent for a request, in which the entry matched or nearly matched. */
  readonly uploads: number;
  /** Events that receivers had not been told yet. */
  readonly pending_events: number;
}

/** An erasure, which stays when its entry is gone: ids, times and counts. */
export interface ErasureRecord {
  readonly entryId: number;
  readonly history: HistoryChoice;
  /** Id of the entry that this one was merged into. */
  readonly mergedInto?: number;
  /** ISO 8601, UTC. */
  readonly started: string;
  /** ISO 8601, UTC; null until everything is gone. */
  readonly finished: string | null;
  readonly removed: ErasedCounts;
}

/** The state of the deletion by age, as the store remembers it. */
export interface RetentionNote {
  /** The limits that were announced, in days. */
  readonly keepDays: { readonly unmatched: number; readonly matched: number; readonly rejected: number };
  /** ISO 8601, UTC: when it was first told what would go. */
  readonly announced: string;
  /**
   * True once it deletes: nothing was older than the limits, somebody agreed, or the time to object is over.
   */
  readonly isConfirmed: boolean;
  /** ISO 8601, UTC: when it last looked for what is too old. */
  readonly lastRound?: string;
  /**
   * ISO 8601, UTC: the last round before a long jump of the clock, for which nothing is deleted now. Absent
   * where there was none.
   */
  readonly jumpedFrom?: string | undefined;
  /** Told with the announcement. */
  readonly due: RetentionDue;
}

/** Data older than the limits. */
export interface RetentionDue {
  readonly unmatched: number;
  readonly matched: number;
  readonly rejected: number;
  /** ISO 8601, UTC; null where nothing is due. */
  readonly oldest: string | null;
}

/** Numbers of faces and pictures without a record that the last sweep kept, because they are too many. */
export interface UnknownKept {
  readonly faces: number;
  readonly pictures: number;
}

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
   * @throws RequestInvalidError when the entry that it is merged into is not `ACTIVE`; nothing changes then
   * @throws BackendUnavailableError, ThrottledError
   */
  markEntryDeleting(entryId: number, options?: ErasureOptions): Promise<EntryRecord | undefined>;
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
   * @throws EntryNotFoundError when its entry is not `ACTIVE`
   * @throws LastImageError when it is the last one
   * @throws BackendUnavailableError, ThrottledError
   */
  withdrawImage(imageId: string): Promise<ImageRecord | undefined>;
  /**
   * Marks an image `DELETING`, so that it is no longer shown; does nothing if it is absent.
   * @throws BackendUnavailableError, ThrottledError
   */
  markImageDeleting(imageId: string): Promise<void>;
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
   * @throws BackendUnavailableError, ThrottledError
   */
  getProcessedAmong(ids: readonly number[]): Promise<Map<number, ImageProcessingResult>>;
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
