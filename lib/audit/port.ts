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
  readonly entryId?: number | undefined;
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
 * The trail's lines. Those of changes are written by the record store, in the transaction of the change.
 * Every failure throws BackendUnavailableError, ThrottledError or DiskFullError.
 */
export interface AuditTrail {
  /** Writes lines of their own; a line that was written survives a crash. */
  append(facts: readonly AuditFacts[]): Promise<void>;
  /** @throws RequestInvalidError for a cursor that is none. */
  list(query: AuditQuery): Promise<AuditPage>;
  chains(): Promise<AuditChain[]>;
  /** A chain's lines by ascending sequence, up to its head. */
  read(chain: AuditChain): AsyncIterable<AuditLine>;
  /** Removes lines from before a time, and writes down where each chain begins now. Returns their number. */
  removeBefore(time: Date): Promise<number>;
}

/** Takes the lines of what changed nothing: looks, and what was refused. */
export interface LookRecorder {
  /** It rejects where the line can't be kept: whoever looks must be told that then. */
  record(facts: AuditFacts): Promise<void>;
}
