import type { ChangedFields, EntryRecord } from './entry.ts';

/** A merge that is under way, noted under the id of the entry that is to go. */
export interface MergeClaim {
  /** Id of the entry that stays. */
  readonly into: number;
  /** Random name of the merge. */
  readonly token: string;
  /** Random names of the calls that work on it. */
  readonly calls: readonly string[];
  /** Time of its last sign of life, in milliseconds since 1970. */
  readonly seen: number;
  /** True once the images are taken back: nothing is merged by it any more. */
  readonly isRevoked?: true;
}

/** The rest of a merge, done in the same step that hides the entry which is to go. */
export interface MergeStep {
  /** Name of the merge, which must still be claimed. */
  readonly token: string;
  /** Ids of the images that the entry must have: another one would be lost, one less would come back. */
  readonly images: ReadonlySet<string>;
  /** Versions that the entry that stays may have, if it changes; any by default. */
  readonly intoVersions?: readonly number[] | undefined;
  /** Name of whoever merges them, if known. */
  readonly actor: string | null;
  /**
   * Returns what the entry that stays gets of the other one's fields.
   * @throws RequestInvalidError
   */
  change(into: EntryRecord, from: EntryRecord): ChangedFields;
}
