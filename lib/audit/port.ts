/**
 * The audit trail: who looked at or changed what. It has ids alone, and nobody's name or face but the name of
 * whoever acts.
 */

/** The facts that one line tells. */
export interface AuditFacts {
  /** Name of a token, a user, or a part of this service. */
  readonly actor: string;
  readonly role: string;
  /** The contract's `operationId`, or what a part of this service does. */
  readonly action: string;
  readonly entryId: number | null;
  /** Id of a reference image. */
  readonly imageId: string | null;
  /** The `db_id` of a processed picture. */
  readonly pictureId: number | null;
  readonly requestId: string | null;
  /** HTTP status; `null` for what no request asked for. */
  readonly outcome: number | null;
  /** The threshold that faces were compared by, in the metric used. */
  readonly threshold: number | null;
  /** Further facts, such as those of a removal of old lines. */
  readonly detail: string | null;
}

/** A line's place in a chain. */
export interface AuditPlace {
  /** Whole number: 1, 2, … in a chain. */
  readonly sequence: number;
  /** SHA-256 of the line and of the hash before it, in hexadecimal digits. */
  readonly hash: string;
}

export interface AuditLine extends AuditFacts, AuditPlace {
  readonly chain: string;
  /** ISO 8601, UTC. */
  readonly time: string;
}

/** The two ends of a chain; writers that share no store have chains of their own. */
export interface AuditChain {
  readonly name: string;
  /** The last line that was removed for its age; sequence 0 where none was. */
  readonly anchor: AuditPlace;
  /** The newest line. */
  readonly head: AuditPlace;
}

/** All that is given must hold. */
export interface AuditQuery {
  /** Its time is this or later. */
  readonly since?: Date | undefined;
  /** Its time is earlier. */
  readonly until?: Date | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  /** The line is about any of these entries. */
  readonly entryIds?: readonly number[] | undefined;
  readonly pictureId?: number | undefined;
  /** Number of lines, 1..1000. */
  readonly limit: number;
  /** The `next` of the page before. */
  readonly cursor?: string | undefined;
}

export interface AuditPage {
  /** Newest first; there may be fewer than the limit, or none, before the last page. */
  readonly items: AuditLine[];
  /** `null` on the last page. */
  readonly next: string | null;
}

/**
 * Audit trail. The record store writes the lines of changes, each in the transaction of its change.
 * @example
 * for (const chain of await trail.chains()) for await (const line of trail.read(chain)) check(line);
 */
export interface AuditTrail {
  /**
   * Writes lines of their own; a line that was written survives a crash.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  append(facts: readonly AuditFacts[]): Promise<void>;
  /**
   * Reads a page of lines, newest first.
   * @throws RequestInvalidError for a cursor that is none.
   * @throws BackendUnavailableError, ThrottledError
   */
  list(query: AuditQuery): Promise<AuditPage>;
  /**
   * Reads the heads of all chains.
   * @throws BackendUnavailableError, ThrottledError
   */
  chains(): Promise<AuditChain[]>;
  /**
   * Reads a chain's lines by ascending sequence, up to its head.
   * @throws BackendUnavailableError, ThrottledError
   */
  read(chain: AuditChain): AsyncIterable<AuditLine>;
  /**
   * Removes lines from before a time, and writes down where each chain begins now. Returns their number.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  removeBefore(time: Date): Promise<number>;
}

/** Recorder of requests that changed nothing: looks, and refusals. */
export interface AccessRecorder {
  /**
   * Records a look. If its line can't be kept, the look itself must fail.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  record(facts: AuditFacts): Promise<void>;
}
