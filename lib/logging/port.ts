/** One level of a log: a message, or fields with a message. An error is the field `err`. */
export interface LogLine {
  (fields: object, message?: string): void;
  (message: string): void;
}

/**
 * A process's log: JSON lines on standard output.
 * @example
 * log().warn({ err: error, entryId }, 'sweep: the entry could not be removed');
 */
export interface Log {
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}
