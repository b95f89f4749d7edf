/** Notes that the sweep leaves in the records for its next run, and for people. */

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
  /**
   * ISO 8601, UTC: when a round found that the clock had moved, or the service had been off. Absent once a
   * round could trust it again.
   */
  readonly movedAt?: string | undefined;
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
