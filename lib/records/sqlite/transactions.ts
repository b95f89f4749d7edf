import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import { DiskReserve, isDiskFull, isReadOnly, refusalToWrite } from '../../disk-space.ts';
import { BackendUnavailableError, DiskFullError, ReadOnlyDiskError, ServiceError } from '../../errors.ts';
import { requireOwnFiles } from './own-files.ts';

/** Milliseconds that a call waits for another program's lock; then the client must try again. */
export const lockWaitMs = 5000;
const longestPauseMs = 50;
const retryAfterSeconds = 5;

/**
 * SQLite's result codes, https://sqlite.org/rescode.html; the low byte of a code above 255 is its plain code.
 */
const resultCodes = {
  busy: 5,
  readOnly: 8,
  inputOutput: 10,
  full: 13,
  cantOpen: 14,
  protocol: 15,
  constraintUnique: 2067,
  /** Code when there was no room for the index of the write-ahead log. */
  sharedMemorySize: 4874,
};

/**
 * Runs `work` as one transaction: all of it is kept, or nothing. `work` must be synchronous, because anything
 * else that uses the database meanwhile would become part of the transaction.
 */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // After some failures, such as a full disk, SQLite has already rolled back.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Runs `work`, which may use only the database, and turns SQLite's errors into ours.
 * @throws BackendUnavailableError, DiskFullError with SQLite's error as the cause; our own errors pass
 *   unchanged
 */
export function attempt<T>(database: DatabaseSync, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw databaseError(error, pathOf(database));
  }
}

/**
 * Runs `work` as `attempt` does. While another program's lock blocks it, it is repeated, with pauses in which
 * other work of this process goes on.
 * @throws BackendUnavailableError, DiskFullError
 */
export async function whenUnlocked<T>(
  database: DatabaseSync,
  work: () => T,
  deadline = performance.now() + lockWaitMs,
): Promise<T> {
  for (let pauseMs = 1; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw databaseError(error, pathOf(database));
    }
    await delay(pauseMs);
  }
}

export interface WriteOptions {
  /** True for deletions: on a full disk, they get the reserve. */
  readonly frees?: boolean;
}

/**
 * Runs `work` as one transaction as soon as no other program writes. Calls that wait for a lock get it in the
 * order in which they came.
 * @throws BackendUnavailableError when another program writes for more than some seconds, or the files were
 *   removed or replaced
 * @throws DiskFullError
 */
export async function write<T>(
  database: DatabaseSync,
  work: () => T,
  { frees = false }: WriteOptions = {},
): Promise<T> {
  const deadline = performance.now() + lockWaitMs;
  const transaction = () => whenUnlocked(database, () => inTransaction(database, work), deadline);
  requireOwnFiles(database);
  return queueOf(database)(() => (frees ? freeing(database, transaction) : growing(database, transaction)));
}

async function growing<T>(database: DatabaseSync, transaction: () => Promise<T>): Promise<T> {
  requireReserve(database);
  return transaction();
}

async function freeing<T>(database: DatabaseSync, transaction: () => Promise<T>): Promise<T> {
  try {
    return await transaction();
  } catch (error) {
    if (!(error instanceof DiskFullError)) throw error;
    const reserve = reserveOf(database);
    reserve?.giveUp();
    try {
      // After a checkpoint, the log begins again at its start, over changes that the database already has.
      withoutFailing(() => database.exec('PRAGMA wal_checkpoint(PASSIVE)'));
      return await transaction();
    } finally {
      // The reserve is filled at once, before another program takes the room.
      reserve?.fillUp();
    }
  }
}

/**
 * Makes sure that the database can be written, by writing. A lock would not prove it.
 * @throws BackendUnavailableError, DiskFullError
 */
export function tryToWrite(database: DatabaseSync): void {
  attempt(database, () => {
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
    try {
      database.exec(`PRAGMA user_version = ${version}`);
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
  });
}

/**
 * Makes sure that there is the room that deletions may need.
 * @throws DiskFullError
 */
export function requireReserve(database: DatabaseSync): void {
  reserveOf(database)?.require();
}

/** Returns the reserve on a database's disk; `undefined` for a database in memory. */
function reserveOf(database: DatabaseSync): DiskReserve | undefined {
  const path = database.isOpen ? pathOf(database) : undefined;
  return path === undefined ? undefined : new DiskReserve(`${path}-reserve`);
}

const queues = new WeakMap<DatabaseSync, LimitFunction>();

function queueOf(database: DatabaseSync): LimitFunction {
  const queue = queues.get(database) ?? pLimit(1);
  queues.set(database, queue);
  return queue;
}

/** Turns a failure into one of our errors. */
export function databaseError(error: unknown, path: string | undefined): ServiceError {
  if (error instanceof ServiceError) return error;
  if (isBusy(error)) {
    return new BackendUnavailableError('Another program has locked the database.', retryAfterSeconds, {
      cause: error,
    });
  }
  const refusal = refusalOf(error, path);
  if (refusal === 'disk full') return new DiskFullError({ cause: error });
  if (refusal === 'read-only')
    return new ReadOnlyDiskError('The database', retryAfterSeconds, { cause: error });
  return new BackendUnavailableError('The database is not available.', retryAfterSeconds, { cause: error });
}

/** Tells if a statement failed because a unique value exists already. */
export function isUniqueViolation(error: unknown): boolean {
  return resultCode(error) === resultCodes.constraintUnique;
}

/** Tells if a statement failed because another program has a lock. */
export function isBusy(error: unknown): boolean {
  return [resultCodes.busy, resultCodes.protocol].includes(plainCode(error));
}

function refusalOf(error: unknown, path: string | undefined): 'disk full' | 'read-only' | undefined {
  const code = plainCode(error);
  if (code === resultCodes.full || resultCode(error) === resultCodes.sharedMemorySize) return 'disk full';
  // SQLite reports an exhausted quota as any other failure, and does not say why it can't make a file.
  const isUntold = [resultCodes.readOnly, resultCodes.inputOutput, resultCodes.cantOpen].includes(code);
  const refusal = isUntold && path !== undefined ? refusalToWrite(dirname(path)) : undefined;
  if (isDiskFull(refusal)) return 'disk full';
  return isReadOnly(refusal) ? 'read-only' : undefined;
}

function plainCode(error: unknown): number {
  return resultCode(error) & 0xff;
}

function resultCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
}

function pathOf(database: DatabaseSync): string | undefined {
  return database.isOpen ? (database.location() ?? undefined) : undefined;
}

function withoutFailing(work: () => void): void {
  try {
    work();
  } catch {
    // The next write will meet the failure.
  }
}
