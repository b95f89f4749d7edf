/** One level of a log: a message, or fields with a message. An error is the field `err`. */
export interface LogLine {
  (fields: object, message?: string): void;
  (message: string): void;
}

/** A process's log: JSON lines on standard output. */
export interface Log {
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}
