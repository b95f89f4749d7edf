import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { BackendUnavailableError } from '../../errors.ts';
import { attempt, lockWaitMs } from './transactions.ts';

const firstPauseMs = 5;
const retryAfterSeconds = 5;

/**
 * Empties the write-ahead log, which has what was deleted until then. Readers hold it up for as long as they read.
 * @throws BackendUnavailableError when somebody reads for more than some seconds.
 */
export async function purgeDatabase(database: DatabaseSync): Promise<void> {
  if (database.location() === null) return;
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
