import type { IfVersion } from './entry.ts';
import type { MergeStep } from './merging.ts';

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
  /** The rest of a merge, which is done in the same step. */
  readonly merge?: MergeStep | undefined;
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
