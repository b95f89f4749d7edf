import type { ImageProcessingResult } from '../contract/shapes.ts';
import type { FaceQuality, ImageFace } from '../faces/port.ts';

/**
 * A record's state: `PENDING` is being made, `DELETING` is going; only `ACTIVE` ones are shown.
 */
export type RecordStatus = 'PENDING' | 'ACTIVE' | 'DELETING';

/** A listed person. */
export interface EntryRecord {
  /** Whole number from 1 on; a later entry has a larger one, and none is given twice. */
  readonly id: number;
  /** 1..100 characters, unique among all entries whatever their status. */
  readonly name: string;
  readonly reason: string | null;
  /** ISO 8601, UTC. */
  readonly addedDate: string;
  readonly status: RecordStatus;
  /** The number of its images that are `ACTIVE`. */
  readonly imageCount: number;
}

/** A change that brings an entry to its normal form. */
export interface EntryChange {
  readonly entryId: number;
  readonly name: string;
  readonly reason: string | null;
  /** The entry that has the name now which this one would have had; `undefined` where nobody has it. */
  readonly sameNameAs: number | undefined;
}

/** The facts about a picture that somebody sent. */
export interface ImageFile {
  /** As the sender called it, 1..100 characters; `null` when it had no name. */
  readonly name: string | null;
  readonly sizeBytes: number;
  /** Pixels of the upright picture. */
  readonly width: number;
  readonly height: number;
}

/** An image's enrolled face; its quality is `null` where the backend was not told, or an earlier version enrolled it. */
export interface RecordedFace extends ImageFace {
  readonly quality: FaceQuality | null;
}

/** A reference image of an entry. */
export interface ImageRecord {
  /** Unique over all entries; letters, digits and hyphens. */
  readonly id: string;
  readonly entryId: number;
  /** The image store's key of the original. */
  readonly key: string;
  readonly status: RecordStatus;
  /** ISO 8601, UTC. */
  readonly addedDate: string;
  /** Its enrolled face, once that is known. */
  readonly face: RecordedFace | null;
  /** `null` where an earlier version made the record. */
  readonly file: ImageFile | null;
}

export type NewImage = Pick<ImageRecord, 'id' | 'entryId' | 'key' | 'file'>;

/** The part of a processed picture's record that is given: the answer, all but the id and the time that the record gives it. */
export type ProcessedResult = Omit<ImageProcessingResult, 'db_id' | 'processing_timestamp'>;

/** The id and the time that the record of a processed picture got. */
export interface Stamp {
  /** Whole number from 1 on; a later record has a larger one. */
  readonly id: number;
  /**
   * ISO 8601, UTC, by the clock. A later record has an earlier one where the clock was put back by more than a second meanwhile; where it
   * was put back by less, the same one.
   */
  readonly timestamp: string;
}

/** Two processed pictures in a row whose times fall, because the clock was put back. */
export interface TimeDisorder {
  readonly before: Stamp;
  readonly after: Stamp;
}

/** A choice of processed pictures; all that is given must hold. */
export interface ProcessedFilter {
  readonly hasMatch?: boolean | undefined;
  /** The picture shows this entry, which may be deleted by now. Of one that shows more than 50, the 50 best matched count. */
  readonly entryId?: number | undefined;
  /** The picture shows more than 50 entries, so that it is not found by each of them. */
  readonly isCrowd?: boolean | undefined;
  /** Its timestamp is this or later. */
  readonly since?: Date | undefined;
  /** Its timestamp is earlier. */
  readonly until?: Date | undefined;
}

/** `limit` 1..100, `offset` >= 0. */
export interface ProcessedQuery extends ProcessedFilter {
  readonly limit: number;
  readonly offset: number;
}

export interface ProcessedPage {
  /** The number of pictures that the filter leaves. */
  readonly total: number;
  /** Newest first, each with its `db_id`. */
  readonly items: ImageProcessingResult[];
}

/** What becomes of the history of an entry that is erased. */
export const historyChoices = ['redact', 'delete', 'keep'] as const;
export type HistoryChoice = (typeof historyChoices)[number];

/** Places that an erasure empties, each with how many were found there. */
export interface ErasedCounts {
  readonly reference_pictures: number;
  readonly faces: number;
  /** Records of processed pictures in which the entry matched. */
  readonly history_records: number;
  /** Stored pictures, copies and crops of these. */
  readonly history_pictures: number;
  readonly inbox_files: number;
  readonly rejected_files: number;
  /** Events that receivers had not been told yet. */
  readonly pending_events: number;
}

/** An erasure, which stays when its entry is gone: ids, times and counts. */
export interface ErasureRecord {
  readonly entryId: number;
  readonly history: HistoryChoice;
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
  /** True once it deletes: nothing was older than the limits, somebody agreed, or the time to object is over. */
  readonly isConfirmed: boolean;
  /** ISO 8601, UTC: when it last looked for what is too old. */
  readonly lastRound?: string;
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

export interface RecordCounts {
  readonly entries: number;
  readonly images: number;
  readonly processed: number;
}

/**
 * Entries, their images, and processed pictures. Both adapters keep these promises, proven by `test/suites/records.ts`:
 * a write that returned survives a crash; `get` of what is absent is `undefined`; deletes are idempotent; a failure of the
 * store throws `BackendUnavailableError` (or `ThrottledError`) with its `cause`. What adds throws `DiskFullError` on a full disk, where
 * what deletes goes on working.
 * @example
 * const { id } = await records.createEntry({ name: 'Ada', reason: null });
 * await records.activateEntry(id);
 */
export interface RecordStore {
  /**
   * Takes the name and makes a `PENDING` entry. With `carried`, the entry comes from another store, and keeps its id and date; later
   * entries get larger ids.
   * @throws BackendUnavailableError when an entry has the carried id already.
   * @throws NameTakenError when any entry, whatever its status, has the name; also for two calls at the same moment.
   */
  createEntry(entry: {
    name: string;
    reason: string | null;
    carried?: Pick<EntryRecord, 'id' | 'addedDate'>;
  }): Promise<EntryRecord>;
  /**
   * Shows a `PENDING` entry. Returns it, or `undefined` when there is none that is `PENDING`.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  activateEntry(entryId: number): Promise<EntryRecord | undefined>;
  /**
   * The entry, whatever its status.
   * @throws BackendUnavailableError, ThrottledError
   */
  getEntry(entryId: number): Promise<EntryRecord | undefined>;
  /**
   * The entry of that name, whatever its status.
   * @throws BackendUnavailableError, ThrottledError
   */
  findEntry(name: string): Promise<EntryRecord | undefined>;
  /**
   * The entries of one status, by id ascending.
   * @throws BackendUnavailableError, ThrottledError
   */
  listEntries(status: RecordStatus): Promise<EntryRecord[]>;
  /**
   * Replaces name and reason of an `ACTIVE` entry; `undefined` when there is none.
   * @throws NameTakenError when another entry has the name.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  updateEntry(
    entryId: number,
    change: { name: string; reason: string | null },
  ): Promise<EntryRecord | undefined>;
  /**
   * Hides an entry for good: `PENDING`, `ACTIVE` or already `DELETING`, it is `DELETING` from now on. Returns it as it was before,
   * `undefined` when there is none.
   *
   * With a choice what becomes of its history, an erasure is noted in the same step, and receivers of events are to be told. An erasure that
   * is under way takes over the choice.
   * @throws BackendUnavailableError, ThrottledError
   */
  markEntryDeleting(entryId: number, history?: HistoryChoice): Promise<EntryRecord | undefined>;
  /**
   * The erasure of the entry of that id; `undefined` where there is none.
   * @throws BackendUnavailableError, ThrottledError
   */
  getErasure(entryId: number): Promise<ErasureRecord | undefined>;
  /**
   * Notes what was found, of each place the larger of two counts, so that it can be noted again; and that the erasure is finished.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  noteErasure(entryId: number, found: Partial<ErasedCounts>, isFinished?: boolean): Promise<void>;
  /**
   * Erasures that are not settled: they are under way, or have finished so lately that a request which began before may still have written.
   * @throws BackendUnavailableError, ThrottledError
   */
  unsettledErasures(): Promise<ErasureRecord[]>;
  /**
   * Notes that nothing can follow an erasure any more.
   * @throws BackendUnavailableError, ThrottledError
   */
  settleErasure(entryId: number): Promise<void>;
  /**
   * Takes an entry's name, reason and identity out of the records of processed pictures, and the places of their copies, see `redacted`.
   * @param ids 100 at most
   * @throws BackendUnavailableError, ThrottledError
   */
  redactProcessed(ids: readonly number[], entryId: number): Promise<void>;
  /**
   * Makes sure that nothing of an entry that was erased can be read in the store's own files any more.
   * @throws BackendUnavailableError, ThrottledError
   */
  purge(entryId: number): Promise<void>;
  /**
   * Removes the entry, what is left of its images' records, and frees its name.
   * @throws BackendUnavailableError, ThrottledError
   */
  removeEntry(entryId: number): Promise<void>;
  /**
   * The `ACTIVE` entries whose name is this one but for case and accents, and those of the very name, by id ascending; at a cost that grows
   * with what is found. A store that an earlier version filled finds its entries once they were normalized.
   * @throws BackendUnavailableError, ThrottledError
   */
  findAlike(name: string): Promise<EntryRecord[]>;
  /**
   * Brings the names and reasons that an earlier version kept to their normal form. Where two names become one, both entries stay, see
   * `planNormalForms`. Done again, or by several at once, it ends the same. Returns what it changed.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  normalizeEntries(): Promise<EntryChange[]>;

  /**
   * Makes a `PENDING` image of an entry that is not `DELETING`; `undefined` when an image, whatever its status, has the id.
   * @throws EntryNotFoundError when there is no such entry.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  createImage(image: NewImage): Promise<ImageRecord | undefined>;
  /**
   * Shows a `PENDING` image of an entry that is not `DELETING`, and keeps what its face is called. Returns it, or `undefined` when there is
   * none such.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  activateImage(imageId: string, face: RecordedFace): Promise<ImageRecord | undefined>;
  /**
   * Keeps what an `ACTIVE` image's face is called now. Nothing happens when there is no such image.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  replaceFace(imageId: string, face: RecordedFace): Promise<void>;
  /**
   * Those of the images that there are, whatever their status, by their ids; at a cost that grows with `imageIds` alone.
   * @throws BackendUnavailableError, ThrottledError
   */
  getImages(imageIds: readonly string[]): Promise<Map<string, ImageRecord>>;
  /**
   * All images of an entry, whatever their status, oldest first.
   * @throws BackendUnavailableError, ThrottledError
   */
  listImages(entryId: number): Promise<ImageRecord[]>;
  /**
   * The images of one status over all entries, oldest first.
   * @throws BackendUnavailableError, ThrottledError
   */
  listImagesByStatus(status: RecordStatus): AsyncIterable<ImageRecord>;
  /**
   * Marks a shown image of a shown entry `DELETING`, unless it is the last one that the entry shows, also when others are withdrawn at the
   * same moment. Returns it as it was; `undefined` when it is not shown: of several who withdraw it, one gets it.
   * @throws EntryNotFoundError when its entry is not shown.
   * @throws LastImageError
   * @throws BackendUnavailableError, ThrottledError
   */
  withdrawImage(imageId: string): Promise<ImageRecord | undefined>;
  /**
   * Marks an image `DELETING`, so that it is shown no more. Nothing happens when it is absent.
   * @throws BackendUnavailableError, ThrottledError
   */
  markImageDeleting(imageId: string): Promise<void>;
  /** @throws BackendUnavailableError, ThrottledError */
  removeImage(imageId: string): Promise<void>;
  /**
   * The `ACTIVE` images among these whose entry is `ACTIVE` too, each with that entry: what a match may show.
   * At a cost that grows with `imageIds` alone.
   * @throws BackendUnavailableError, ThrottledError
   */
  findActive(imageIds: readonly string[]): Promise<Map<string, { image: ImageRecord; entry: EntryRecord }>>;

  /**
   * Keeps a processed picture's answer. Done again with the same `pictureId`, it adds nothing and returns the same stamp.
   * `pictureId` is what the names of its stored pictures are made from.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  addProcessed(pictureId: string, result: ProcessedResult): Promise<Stamp>;
  /** @throws BackendUnavailableError, ThrottledError */
  getProcessed(id: number): Promise<ImageProcessingResult | undefined>;
  /**
   * Those of the `pictureId`s that were kept; at a cost that grows with `pictureIds` alone.
   * @throws BackendUnavailableError, ThrottledError
   */
  findProcessed(pictureIds: readonly string[]): Promise<Set<string>>;
  /**
   * A page of processed pictures, newest first, at a cost that grows neither with `offset` nor with the table; with times, by no more
   * than its logarithm, for each time that the clock was put back.
   * @throws BackendUnavailableError, ThrottledError
   */
  listProcessed(query: ProcessedQuery): Promise<ProcessedPage>;

  /**
   * Removes the records of these processed pictures, those that there are; returns how many. Their ids are never given again. Pages and totals
   * go on being right, at the same cost. Done again from any point, it ends the same.
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
   * Throws when the store can't be read, or has no room to write.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  check(): Promise<void>;
  /** @throws BackendUnavailableError, ThrottledError */
  close(): Promise<void>;
}
