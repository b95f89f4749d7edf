import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, read, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { foundIn } from '../../erasure/find.ts';
import { BackendUnavailableError } from '../../errors.ts';
import { attempt, lockWaitMs } from './transactions.ts';

const readPiece = promisify(read);
/** Bytes that are searched at once, which takes some milliseconds. */
const pieceBytes = 1024 * 1024;
const firstPauseMs = 5;
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
  const wanted = traces.map((trace) => Buffer.from(trace));
  const longest = Math.max(1, ...wanted.map(({ length }) => length));
  const descriptor = descriptorOf(path);
  const piece = Buffer.alloc(pieceBytes);
  for (let position = 0; ; position += pieceBytes - longest) {
    const { bytesRead } = await readPiece(descriptor, piece, 0, pieceBytes, position);
    if (foundIn(piece.subarray(0, bytesRead), wanted).length > 0) return true;
    if (bytesRead < pieceBytes) return false;
  }
}

/** In a process of its own, or requests would wait for the copying. */
async function writeAnew(path: string): Promise<void> {
  const child = spawn(process.execPath, [new URL('./purge-process.ts', import.meta.url).pathname, path], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  const [[code], words] = await Promise.all([once(child, 'close'), text(child.stderr)]);
  if (code === 0) return;
  throw new BackendUnavailableError(
    'The database could not be cleaned of what was deleted yet.',
    retryAfterSeconds,
    { cause: new Error(words.slice(0, 500)) },
  );
}

/** Readers hold it up for as long as they read. */
async function emptyLog(database: DatabaseSync): Promise<void> {
  const deadline = performance.now() + lockWaitMs;
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
