import type { Severity } from '../contract/vocabulary.ts';
import type { FaceQuality, ImageFace } from '../faces/face.ts';

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
  /**
   * Name of the work that may take the image back, such as a request that fails at its end or a merge.
   * Absent once somebody else relies on the image.
   */
  readonly holder?: string;
}

export type NewImage = Pick<ImageRecord, 'id' | 'entryId' | 'key' | 'file' | 'holder'>;
