import { createLog } from '#logger';
import { meter } from '#metrics';
import type { Endpoint } from './contract/endpoint.ts';
import { loadConfig } from './load-config.ts';
import type { Log } from './logging/port.ts';

let created: Log | undefined;
let isOnStandardError = false;

/** Makes this process log to standard error, for its standard output is a command's result. */
export function logToStandardError(): void {
  isOnStandardError = true;
}

/**
 * Returns this process's log: JSON lines on standard output, at the level of `LOG_LEVEL`. Never log names,
 * pictures, embeddings or headers.
 */
export function log(): Log {
  created ??= createLog(loadConfig().logLevel, isOnStandardError ? process.stderr : process.stdout);
  return created;
}

/** A request's line in the log. */
export interface RequestLine {
  readonly id: string;
  /**
   * Contract of the endpoint; null when no route has the path, which is not repeated because it may hold
   * anything.
   */
  readonly contract: Pick<Endpoint, 'operationId' | 'path'> | null;
  readonly method: string;
  readonly status: number;
  /** Start of the request, by `performance.now()`. */
  readonly started: number;
  readonly faces?: number;
  readonly matches?: number;
  /** Address of a client whose token was refused; of others none is logged. */
  readonly address?: string;
}

/** Writes the one line of a request, and counts the request. */
export function logRequest({ id, contract, method, status, started, ...counts }: RequestLine): void {
  const ms = performance.now() - started;
  const route = contract?.path ?? null;
  log().info({ id, route, method, status, ...counts, ms: Math.round(ms * 10) / 10 }, 'request');
  meter.answered({ operation: contract?.operationId ?? null, route, method, status, seconds: ms / 1000 });
}

/**
 * Logs the cause of a failed request, with its stack. Use it for failures that are not the client's fault.
 */
export function logFailure(requestId: string, error: unknown): void {
  log().error({ id: requestId, err: error }, 'failure');
}
