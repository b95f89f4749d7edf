import { type BigIntStats, type PathLike, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, resolve } from 'node:path';

/*
 * Closing any descriptor of a file drops all POSIX locks that the process has on it. SQLite's locks say that
 * the database is in use. Without them, the next program that reads the database believes that it is the last
 * one. It then deletes the write-ahead log with all that is in it. So only SQLite may open or close these
 * files.
 */

/** Names of the files that SQLite keeps for one database, after the database's own. */
const suffixes = ['', '-wal', '-shm', '-journal'];

/** Absolute paths of the databases that this process has opened. */
const databases = new Set<string>();

/** Descriptors of databases that were opened by mistake: closing them would drop SQLite's locks. */
const neverClosed: FileHandle[] = [];

/** A file belongs to a database, and must not be opened. */
export class DatabaseFileError extends Error {
  constructor() {
    super('The file belongs to a database.');
  }
}

/** Protects the files of this database from `openUnlessDatabase`. */
export function protectDatabase(path: string): void {
  databases.add(resolve(path));
}

/** Returns true for names of this service's databases and their companion files, open or not. */
export function isDatabaseName(path: string): boolean {
  return /(\.sqlite|^enroll\.lock)(-[a-z-]+)?$/i.test(basename(path));
}

/**
 * Opens a file for reading, unless it belongs to a database that this process has open. It recognizes such a
 * file by any name or link.
 * @throws DatabaseFileError, and the file system's errors
 */
export async function openUnlessDatabase(path: PathLike, flags: number): Promise<FileHandle> {
  if (isDatabaseFile(path)) throw new DatabaseFileError();
  const file = await open(path, flags);
  // Another file may have got the name since.
  const opened = await file.stat({ bigint: true });
  if (!isDatabase(opened)) return file;
  neverClosed.push(file);
  throw new DatabaseFileError();
}

/** Returns true for a file, by any name or link, of a database that this process has opened. */
export function isDatabaseFile(path: PathLike): boolean {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats !== undefined && isDatabase(stats);
}

function isDatabase({ dev, ino }: BigIntStats): boolean {
  for (const database of databases) {
    for (const suffix of suffixes) {
      const stats = statSync(database + suffix, { bigint: true, throwIfNoEntry: false });
      if (stats && stats.dev === dev && stats.ino === ino) return true;
    }
  }
  return false;
}
