import type { DatabaseSync } from 'node:sqlite';
import type { RecordCounts, RecordStore } from '../port.ts';
import { entryRecords } from './entry-records.ts';
import { erasureRecords } from './erasure-records.ts';
import { imageRecords } from './images.ts';
import { serviceNotes } from './notes.ts';
import { requireOwnFiles } from './own-files.ts';
import { countProcessed } from './processed.ts';
import { processedRecords } from './processed-records.ts';
import { SqliteSession } from './session.ts';
import type { Statements } from './statements.ts';
import { attempt, requireReserve, tryToWrite } from './transactions.ts';

/**
 * Milliseconds for which a successful test write counts. Anybody may ask for the health, and the answers must
 * not keep the disk busy.
 */
const writableMs = 1000;

/**
 * Opens the record store in a database from `openDatabase`. Other code may keep tables of its own in the same
 * database; `close()` closes it for all.
 */
export function openSqliteRecords(database: DatabaseSync): RecordStore {
  const session = attempt(database, () => new SqliteSession(database));
  return {
    ...entryRecords(session),
    ...imageRecords(session),
    ...processedRecords(session),
    ...erasureRecords(session),
    ...serviceNotes(session),
    count: () => session.read(() => count(session.statements)),
    check: checker(session),
    close: async () => close(database),
  };
}

function count(statements: Statements): RecordCounts {
  const counted = (statement: keyof Statements) => Number(statements[statement].get()?.total);
  return {
    entries: counted('entriesTotal'),
    images: counted('imagesTotal'),
    processed: countProcessed(statements),
  };
}

/** Makes the check of the database's health. */
function checker(session: SqliteSession): () => Promise<void> {
  const { database, statements } = session;
  // Time by `performance.now()` until which the database counts as writable.
  let writableUntil = 0;
  return async () => {
    await session.read(() => statements.lastProcessed.get());
    requireOwnFiles(database);
    requireReserve(database);
    if (performance.now() < writableUntil) return;
    tryToWrite(database);
    writableUntil = performance.now() + writableMs;
  };
}

/** Moves the write-ahead log into the database file, and closes the database. */
function close(database: DatabaseSync): void {
  if (!database.isOpen) return;
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // The log stays beside the file, and nothing is lost.
  }
  attempt(database, () => database.close());
}
