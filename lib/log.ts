import { type Logger, pino, stdTimeFunctions } from 'pino';
import { meter } from '#metrics';
import { loadConfig } from './config.ts';
import type { Endpoint } from './contract/endpoint.ts';

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
  /** The contract's; null when no route has the request's path, which is not repeated. */
  readonly contract: Pick<Endpoint, 'operationId' | 'path'> | null;
  readonly method: string;
  readonly status: number;
  /** `performance.now()` when it began. */
  readonly started: number;
  readonly faces?: number;
  readonly matches?: number;
}

/** Writes the one line that every request gets, and counts it. */
export function logRequest({ id, contract, method, status, started, ...counts }: RequestLine): void {
  const ms = performance.now() - started;
  const route = contract?.path ?? null;
  log().info({ id, route, method, status, ...counts, ms: Math.round(ms * 10) / 10 }, 'request');
  meter.answered({ operation: contract?.operationId ?? null, route, method, status, seconds: ms / 1000 });
}

/** Writes what made a request fail, with its stack and causes: for failures that are not the client's. */
export function logFailure(requestId: string, error: unknown): void {
  log().error({ id: requestId, err: error }, 'failure');
}
