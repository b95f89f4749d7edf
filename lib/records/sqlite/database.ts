import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Config } from '../../config.ts';
import { DiskReserve } from '../../disk-space.ts';
import { BackendUnavailableError, DiskFullError } from '../../errors.ts';
import { connect } from './connection.ts';
import { migrations } from './migrations.ts';
import { requireOwnFiles } from './own-files.ts';
import { attempt, databaseError, inTransaction, whenUnlocked } from './transactions.ts';

const retryAfterSeconds = 5;
/**
 * Milliseconds that a start waits for another program's lock. It is longer than a request's wait, because a
 * failed start would only be repeated.
 */
const openingWaitMs = 30_000;
/** Bytes to which the write-ahead log shrinks after a large change. */
const largestKeptLog = 8 * 1024 * 1024;

/** Returns the path of a mode's records, in its data folder. */
export function recordsFile({ dataDir, aws }: Pick<Config, 'dataDir' | 'aws'>): string {
  return join(dataDir, aws ? 'aws-rekognition.sqlite' : 'face-blacklist.sqlite');
}

/**
 * Opens the database file, and brings it to this version's schema. If there is none, it makes the file (0600)
 * and its folder (0700). Several processes may open it, even at the same moment.
 * @throws BackendUnavailableError when it can't be opened, or was made by a newer version
 * @throws DiskFullError when there is not even room for a deletion
 */
export async function openDatabase(path: string): Promise<DatabaseSync> {
  try {
    return await openOnce(path);
  } catch (error) {
    // The reserve makes room for the start; without it, nobody could delete anything.
    const reserve = new DiskReserve(`${path}-reserve`);
    if (!(error instanceof DiskFullError && reserve.giveUp())) throw error;
    try {
      return await openOnce(path);
    } finally {
      reserve.fillUp();
    }
  }
}

async function openOnce(path: string): Promise<DatabaseSync> {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    database = connect(path);
    await prepare(database, path);
    requireOwnFiles(database);
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    throw databaseError(error, path);
  }
}

async function prepare(database: DatabaseSync, path: string): Promise<void> {
  const unlocked = (work: () => void) => whenUnlocked(database, work, performance.now() + openingWaitMs);
  // The change to WAL locks a new file for a moment.
  await unlocked(() => database.exec('PRAGMA journal_mode = WAL'));
  database.exec(
    `PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA journal_size_limit = ${largestKeptLog};` +
      // Deleted names and embeddings are overwritten, not only unlinked.
      'PRAGMA secure_delete = ON;',
  );
  await unlocked(() => migrate(database, path));
  await unlocked(() => database.exec('PRAGMA foreign_keys = ON'));
}

/** Returns the database's unique id. Folders beside it contain it as their owner's. */
export function storeId(database: DatabaseSync): string {
  return attempt(database, () => String(database.prepare('SELECT id FROM store').get()?.id));
}

function versionOf(database: DatabaseSync, path: string): number {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (version <= migrations.length) return version;
  throw new BackendUnavailableError(
    `The database ${path} was made by a newer version of this program: its schema is version ${version}, ` +
      `and this program knows up to version ${migrations.length}. Use the newer program, or another DATA_DIR.`,
    retryAfterSeconds,
  );
}

/** Brings the schema up to date; it takes no lock if it is. */
function migrate(database: DatabaseSync, path: string): void {
  if (versionOf(database, path) === migrations.length) return;
  // Neither setting can be changed within a transaction. SQLite's defensive mode would keep migrations from
  // changing the schema's text.
  database.exec('PRAGMA foreign_keys = OFF');
  database.enableDefensive(false);
  try {
    inTransaction(database, () => {
      const version = versionOf(database, path);
      if (version === migrations.length) return;
      for (const migration of migrations.slice(version)) {
        if (typeof migration === 'string') database.exec(migration);
        else migration(database);
      }
      database.exec(`PRAGMA user_version = ${migrations.length}`);
      changeSchemaVersion(database);
    });
  } finally {
    database.enableDefensive(true);
  }
}

/** Makes other connections read the schema again; after a change of its text alone they would not. */
function changeSchemaVersion(database: DatabaseSync): void {
  const version = Number(database.prepare('PRAGMA schema_version').get()?.schema_version);
  database.exec(`PRAGMA schema_version = ${version + 1}`);
}
