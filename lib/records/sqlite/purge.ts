import { once } from 'node:events';
import { openSync, read, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { BackendUnavailableError } from '../../errors.ts';
import { attempt } from './transactions.ts';

const readPiece = promisify(read);
/** Bytes that are searched at once, which takes some milliseconds. */
const pieceBytes = 1024 * 1024;
const firstPauseMs = 5;
/**
 * Milliseconds for which readers are waited for. Whoever deletes must not wait for a long one, and cleaning
 * is tried again anyway.
 */
const readersWaitMs = 500;
const retryAfterSeconds = 30;

/**
 * Makes sure that what was deleted is in none of the database's files. Deleted rows are overwritten, but a
 * copy may stay in the unused part of a page that SQLite once divided. So the log is emptied, and the file
 * searched; where a trace is found, the database is written anew.
 * @param traces what must not be found; without them, it is written anew in any case.
 * @throws BackendUnavailableError when another program is in the way, or there is no room.
 */
export async function purgeDatabase(
  database: DatabaseSync,
  traces: readonly Uint8Array[] | undefined,
): Promise<void> {
  const path = database.location();
  if (path === null) return;
  await emptyLog(database);
  if (traces && !(await isTraced(path, traces))) return;
  await writeAnew(path);
}

/**
 * Descriptors for searching, by path: to close one would drop this process's locks, so that they stay until
 * it ends.
 */
const descriptors = new Map<string, { readonly descriptor: number; readonly inode: bigint }>();

function descriptorOf(path: string): number {
  const inode = statSync(path, { bigint: true }).ino;
  const known = descriptors.get(path);
  if (known?.inode === inode) return known.descriptor;
  const descriptor = openSync(path, 'r');
  descriptors.set(path, { descriptor, inode });
  return descriptor;
}

async function isTraced(path: string, traces: readonly Uint8Array[]): Promise<boolean> {
  const wanted = traces.filter(({ length }) => length > 0).map((trace) => Buffer.from(trace));
  const longest = Math.max(1, ...wanted.map(({ length }) => length));
  const descriptor = descriptorOf(path);
  const piece = Buffer.alloc(pieceBytes);
  for (let position = 0; ; position += pieceBytes - longest) {
    const { bytesRead } = await readPiece(descriptor, piece, 0, pieceBytes, position);
    const read = piece.subarray(0, bytesRead);
    if (wanted.some((trace) => read.includes(trace))) return true;
    if (bytesRead < pieceBytes) return false;
  }
}

/** Runs in a thread of its own, or requests would wait for the copying. */
async function writeAnew(path: string): Promise<void> {
  const worker = new Worker(new URL('./purge-worker.ts', import.meta.url), { workerData: path });
  try {
    await once(worker, 'exit');
  } catch (cause) {
    throw new BackendUnavailableError(
      'The database could not be cleaned of what was deleted yet.',
      retryAfterSeconds,
      { cause },
    );
  }
}

/** Readers hold it up for as long as they read. */
async function emptyLog(database: DatabaseSync): Promise<void> {
  const deadline = performance.now() + readersWaitMs;
  for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
    const isBusy = attempt(database, () => {
      const result = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
      return Number(result?.busy) !== 0;
    });
    if (!isBusy) return;
    if (performance.now() > deadline) {
      throw new BackendUnavailableError(
        'Another program reads the database, and keeps its log from being emptied.',
        retryAfterSeconds,
      );
    }
    await delay(pauseMs);
  }
}
