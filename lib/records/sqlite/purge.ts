import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { BackendUnavailableError } from '../../errors.ts';
import { attempt, lockWaitMs } from './transactions.ts';

const firstPauseMs = 5;
const retryAfterSeconds = 30;

/**
 * Makes sure that what was deleted is in none of the database's files. Deleted rows are overwritten, but a copy may stay in the unused part of a page
 * that SQLite once divided. So the log is emptied, and the file searched; where a trace is found, the database is written anew.
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
  if (traces?.length === 0) return;
  // In a process of its own: to close the file here would drop this process's locks, and the copying would keep requests waiting.
  const child = spawn(process.execPath, [new URL('./purge-process.ts', import.meta.url).pathname, path], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(traces?.map((trace) => Buffer.from(trace).toString('base64')) ?? null));
  const [[code], words] = await Promise.all([once(child, 'close'), text(child.stderr)]);
  if (code === 0) return;
  throw new BackendUnavailableError('The database could not be cleaned of what was deleted yet.', retryAfterSeconds, {
    cause: new Error(words.slice(0, 500)),
  });
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
