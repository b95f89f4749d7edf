import { type Logger, pino, stdTimeFunctions } from 'pino';
import { loadConfig } from '../config.ts';

let created: Logger | undefined;

/**
 * This process's log: JSON lines on standard output, at the level that `LOG_LEVEL` sets. Names, pictures, embeddings and
 * headers do not belong in it.
 */
export function log(): Logger {
  created ??= pino(
    {
      level: loadConfig().logLevel,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    process.stdout,
  );
  return created;
}

/** What the log tells of a request. */
export interface RequestLine {
  readonly id: string;
  /** The contract's path; null when no route has the path, which is not repeated. */
  readonly route: string | null;
  readonly method: string;
  readonly status: number;
  /** `performance.now()` when it began. */
  readonly started: number;
  readonly faces?: number;
  readonly matches?: number;
}

/** Writes the one line that every request gets. */
export function logRequest({ started, ...line }: RequestLine): void {
  log().info({ ...line, ms: Math.round((performance.now() - started) * 10) / 10 }, 'request');
}

/** Writes what made a request fail, with its stack and causes: for failures that are not the client's. */
export function logFailure(requestId: string, error: unknown): void {
  log().error({ id: requestId, err: error }, 'failure');
}
