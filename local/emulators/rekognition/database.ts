import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { BackendUnavailableError } from '../../../lib/errors.ts';
import { connect } from '../../../lib/records/sqlite/connection.ts';
import { inTransaction } from '../../../lib/records/sqlite/transactions.ts';

/**
 * Statements that turn a database of version N into one of version N + 1. A released one is never changed.
 * Foreign keys are not enforced meanwhile.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE collection (
    id TEXT PRIMARY KEY,
    created_ms INTEGER NOT NULL,
    face_model_version TEXT NOT NULL
  ) STRICT;

  CREATE TABLE face (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    collection_id TEXT NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
    image_id TEXT NOT NULL,
    external_image_id TEXT NOT NULL, -- '' where the caller gave none
    box_left REAL NOT NULL, box_top REAL NOT NULL, box_width REAL NOT NULL, box_height REAL NOT NULL,
    confidence REAL NOT NULL,
    embedding BLOB NOT NULL,
    -- The same face of the same picture under the same name is kept once.
    UNIQUE (collection_id, image_id, external_image_id, box_left, box_top, box_width, box_height)
  ) STRICT;
  CREATE INDEX face_collection ON face (collection_id, sequence);
  `,
  // Lists are ordered by `sequence`, whose values are never used twice.
  `
  CREATE TABLE numbered_collection (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    created_ms INTEGER NOT NULL,
    face_model_version TEXT NOT NULL
  ) STRICT;
  INSERT INTO numbered_collection SELECT rowid, id, created_ms, face_model_version FROM collection ORDER BY rowid;
  DROP TABLE collection;
  ALTER TABLE numbered_collection RENAME TO collection;
  `,
  // A user is a set of faces. Tags are JSON.
  `
  CREATE TABLE user (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id TEXT NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    UNIQUE (collection_id, id)
  ) STRICT;
  ALTER TABLE face ADD COLUMN user_id TEXT;
  CREATE INDEX face_user ON face (collection_id, user_id) WHERE user_id IS NOT NULL;
  ALTER TABLE collection ADD COLUMN tags TEXT NOT NULL DEFAULT '{}';
  `,
];

/**
 * Opens the emulator's database `rekognition.sqlite` in the folder, which is made (0700) if it is absent.
 * Only one process may have it open at a time, because the faces are in memory too.
 *
 * @throws BackendUnavailableError if it can't be opened.
 */
export function openCollectionDatabase(dataDir: string): DatabaseSync {
  const path = join(dataDir, 'rekognition.sqlite');
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return openFile(path);
  } catch (error) {
    if (error instanceof BackendUnavailableError) throw error;
    throw new BackendUnavailableError(
      `The database ${path} can't be opened. Does another emulator use the folder?`,
      5,
      { cause: error },
    );
  }
}

function openFile(path: string): DatabaseSync {
  const database = connect(path);
  try {
    database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;' +
        // `secure_delete` overwrites deleted embeddings, instead of only unlinking them.
        'PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON;',
    );
    migrate(database, path);
    database.exec('PRAGMA foreign_keys = ON');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: DatabaseSync, path: string): void {
  inTransaction(database, () => {
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
    if (version > migrations.length) {
      throw new BackendUnavailableError(
        `The database ${path} was made by a newer version of this program.`,
        60,
      );
    }
    for (const migration of migrations.slice(version)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}
