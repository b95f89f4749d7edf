import { chmodSync, existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';
import { protectDatabase } from '../../database-files.ts';

/**
 * Opens a database's file, and makes it with mode 0600 if there is none. Every database is opened here, and
 * only SQLite opens or closes its files. No statement waits for a lock, because that would block the event
 * loop: see `whenUnlocked`.
 * @throws SQLite's errors
 */
export function connect(path: string, { readOnly = false } = {}): DatabaseSync {
  protectDatabase(path);
  const open = () => new DatabaseSync(path, { readOnly, timeout: 0 });
  return readOnly ? open() : withPrivateFiles(path, open);
}

/**
 * Makes new files private. SQLite makes files that everybody may read, as far as the process's mask lets it.
 * Only a process's first thread can set the mask.
 */
function withPrivateFiles(path: string, open: () => DatabaseSync): DatabaseSync {
  if (!isMainThread) {
    const isNew = !existsSync(path);
    const database = open();
    if (isNew) chmodSync(path, 0o600);
    return database;
  }
  const before = process.umask(0o077);
  try {
    return open();
  } finally {
    process.umask(before);
  }
}
