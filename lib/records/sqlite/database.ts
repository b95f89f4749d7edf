import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Config } from '../../config.ts';
import { BackendUnavailableError, ServiceError } from '../../errors.ts';

/** How long a statement waits for another process to finish its write. */
const busyTimeoutMs = 5000;
const retryAfterSeconds = 5;

/** SQLite's result codes, https://sqlite.org/rescode.html */
const sqliteBusy = 5;
const sqliteConstraintUnique = 2067;

/**
 * What makes a database of version N into one of version N + 1. One that was ever released is never changed.
 *
 * Entry ids are AUTOINCREMENT, so that none is given twice. Processed pictures are never deleted, so that plain row ids are 1, 2, …
 * without a gap: the largest is the total, and any page is a range of ids.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    reason TEXT,
    added_date TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('PENDING', 'ACTIVE', 'DELETING'))
  ) STRICT;
  CREATE INDEX entry_status ON entry (status);

  CREATE TABLE image (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    entry_id INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    added_date TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('PENDING', 'ACTIVE', 'DELETING'))
  ) STRICT;
  CREATE INDEX image_entry ON image (entry_id, status);
  CREATE INDEX image_status ON image (status);

  CREATE TABLE store (id TEXT NOT NULL) STRICT;
  INSERT INTO store VALUES (lower(hex(randomblob(16))));

  CREATE TABLE processed (
    id INTEGER PRIMARY KEY,
    picture_id TEXT NOT NULL UNIQUE,
    result TEXT NOT NULL
  ) STRICT;
  `,
  // `face` is a RecordedFace as JSON; earlier versions left out its quality.
  'ALTER TABLE image ADD COLUMN face TEXT;',
  // The outbox of match events. Times are in milliseconds since 1970.
  `
  CREATE TABLE receiver (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE, -- its URL's SHA-256
    origin TEXT NOT NULL,
    place INTEGER, -- among those who get events; null: it gets no more
    given_up INTEGER NOT NULL DEFAULT 0,
    last_error TEXT
  ) STRICT;

  CREATE TABLE delivery (
    receiver_id INTEGER NOT NULL REFERENCES receiver (id),
    processed_id INTEGER NOT NULL,
    created INTEGER NOT NULL,
    due INTEGER NOT NULL,
    refusals INTEGER NOT NULL DEFAULT 0,
    waits INTEGER NOT NULL DEFAULT 0, -- 1: an earlier one has an entry of its own
    PRIMARY KEY (receiver_id, processed_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX delivery_due ON delivery (receiver_id, due) WHERE waits = 0;

  CREATE TABLE delivery_entry (
    receiver_id INTEGER NOT NULL,
    processed_id INTEGER NOT NULL,
    entry_id INTEGER NOT NULL,
    PRIMARY KEY (receiver_id, entry_id, processed_id),
    FOREIGN KEY (receiver_id, processed_id) REFERENCES delivery (receiver_id, processed_id) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX delivery_entry_delivery ON delivery_entry (receiver_id, processed_id);
  `,
  // `file` is an ImageFile as JSON.
  'ALTER TABLE image ADD COLUMN file TEXT;',
  /*
   * `at` is in milliseconds since 1970, and never goes back from one id to the next: the records of before get the latest time that was
   * known when they were made, but none that is still to come. Places are as `scopes.ts` has them.
   */
  `
  ALTER TABLE processed ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
  UPDATE processed SET at = timed.at FROM (
    SELECT id, min(max(at) OVER (ORDER BY id), CAST(unixepoch('subsec') * 1000 AS INTEGER)) AS at FROM (
      SELECT id, CAST(round(coalesce(unixepoch(result ->> '$.processing_timestamp', 'subsec'), 0) * 1000) AS INTEGER) AS at
      FROM processed
    )
  ) AS timed WHERE timed.id = processed.id;
  CREATE INDEX processed_at ON processed (at);

  CREATE TABLE processed_place (
    scope TEXT NOT NULL,
    rank INTEGER NOT NULL,
    processed_id INTEGER NOT NULL REFERENCES processed (id),
    PRIMARY KEY (scope, rank),
    UNIQUE (scope, processed_id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO processed_place (scope, rank, processed_id)
  SELECT scope, row_number() OVER (PARTITION BY scope ORDER BY id), id FROM (
    SELECT id, iif(result ->> '$.has_blacklist_match', 'match', 'no-match') AS scope FROM processed
  );
  INSERT INTO processed_place (scope, rank, processed_id)
  SELECT 'entry#' || entry_id, row_number() OVER (PARTITION BY entry_id ORDER BY id), id FROM (
    SELECT id, entry_id, row_number() OVER (PARTITION BY id ORDER BY distance) AS place FROM (
      SELECT processed.id, match.value ->> '$.entry.id' AS entry_id, min(match.value ->> '$.distance') AS distance
      FROM processed, json_each(result, '$.faces') AS face, json_each(face.value, '$.blacklist_matches') AS match
      GROUP BY processed.id, entry_id
    )
  ) WHERE place <= 50;
  `,
];

/** Where a mode's records are, in its data folder. */
export function recordsFile({ dataDir, aws }: Pick<Config, 'dataDir' | 'aws'>): string {
  return join(dataDir, aws ? 'aws-rekognition.sqlite' : 'face-blacklist.sqlite');
}

/**
 * Opens the database file, makes it (0600, its folder 0700) where there is none, and brings it to this version's schema. Several
 * processes may have it open, and may open it at the same moment.
 * @throws BackendUnavailableError when it can't be opened, or was made by a newer version.
 */
export function openDatabase(path: string): DatabaseSync {
  return attempt(() => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
    try {
      switchToWriteAheadLog(database);
      database.exec(
        'PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;' +
          // Deleted names and embeddings are overwritten, not only unlinked.
          'PRAGMA secure_delete = ON;',
      );
      migrate(database, path);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Tells this database from every other: what is stored beside it carries it as its owner's name. */
export function storeId(database: DatabaseSync): string {
  return attempt(() => String(database.prepare('SELECT id FROM store').get()?.id));
}

/**
 * Runs `work` as one transaction: all of it is kept, or none. `work` must not wait for anything, for whatever else uses the handle
 * meanwhile would become part of the transaction.
 */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has rolled back by itself after some failures, a full disk among them.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Runs `work`, which uses the database and nothing else, and lets none of SQLite's errors out.
 * @throws BackendUnavailableError with SQLite's error as its cause; our own errors pass as they are.
 */
export function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new BackendUnavailableError('The database is not available.', retryAfterSeconds, { cause: error });
  }
}

/** Whether a statement failed because a value that must be unique is there already. */
export function isUniqueViolation(error: unknown): boolean {
  return resultCode(error) === sqliteConstraintUnique;
}

/** Whether a statement failed because another has a lock. */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === sqliteBusy;
}

function resultCode(error: unknown): unknown {
  return error instanceof Error && 'errcode' in error ? error.errcode : undefined;
}

/**
 * The switch of a new file needs it alone for a moment, and SQLite does not wait for that by itself: of two processes that open it
 * together, one would fail.
 */
function switchToWriteAheadLog(database: DatabaseSync): void {
  const deadline = performance.now() + busyTimeoutMs;
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function migrate(database: DatabaseSync, path: string): void {
  inTransaction(database, () => {
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
    if (version > migrations.length) {
      throw new BackendUnavailableError(
        `The database ${path} was made by a newer version of this program: its schema is version ${version}, ` +
          `and this program knows up to version ${migrations.length}. Use the newer program, or another DATA_DIR.`,
        retryAfterSeconds,
      );
    }
    if (version === migrations.length) return;
    for (const migration of migrations.slice(version)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}
