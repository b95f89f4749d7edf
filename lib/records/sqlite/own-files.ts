import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { BackendUnavailableError } from '../../errors.ts';

const retryAfterSeconds = 5;

/** Files of open databases, as they were when they were seen first. */
const seen = new WeakMap<DatabaseSync, Map<string, string>>();

/**
 * Makes sure that a database's file, log and index are the ones that were opened. SQLite goes on writing to
 * files that somebody has removed or replaced, and all of it is gone when the process ends.
 * @throws BackendUnavailableError
 */
export function requireOwnFiles(database: DatabaseSync): void {
  const path = database.isOpen ? database.location() : null;
  if (path === null) return;
  const files = seen.get(database) ?? new Map<string, string>();
  seen.set(database, files);
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
    const present = stats && `${stats.dev}:${stats.ino}`;
    const before = files.get(file);
    if (before !== undefined && before !== present) {
      throw new BackendUnavailableError(
        `The database's file ${file} was removed or replaced while the service runs. What is written now would be lost, so nothing is taken. ` +
          'Stop the service, put the file in its place, and start it again.',
        retryAfterSeconds,
      );
    }
    if (present !== undefined) files.set(file, present);
  }
}
