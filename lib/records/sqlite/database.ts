import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Config } from '../../config.ts';
import { DiskReserve } from '../../disk-space.ts';
import { BackendUnavailableError, DiskFullError } from '../../errors.ts';
import { connect } from './connection.ts';
import { migrations } from './migrations.ts';
import { attempt, databaseError, inTransaction, whenUnlocked } from './transactions.ts';

const retryAfterSeconds = 5;
/** A start is worth a longer wait for another program than a request: what comes instead is another start. */
const openingWaitMs = 30_000;
/** Bytes. The log of a large change is not kept for good. */
const largestKeptLog = 8 * 1024 * 1024;

/** Where a mode's records are, in its data folder. */
export function recordsFile({ dataDir, aws }: Pick<Config, 'dataDir' | 'aws'>): string {
  return join(dataDir, aws ? 'aws-rekognition.sqlite' : 'face-blacklist.sqlite');
}

/**
 * Opens the database file, makes it (0600, its folder 0700) where there is none, and brings it to this version's schema. Several
 * processes may have it open, and may open it at the same moment.
 * @throws BackendUnavailableError when it can't be opened, or was made by a newer version.
 * @throws DiskFullError when there is not even room for a deletion.
 */
export async function openDatabase(path: string): Promise<DatabaseSync> {
  try {
    return await openOnce(path);
  } catch (error) {
    // Without the room that is kept, what is stored here could not be deleted.
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
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    throw databaseError(error, path);
  }
}

async function prepare(database: DatabaseSync, path: string): Promise<void> {
  const unlocked = (work: () => void) => whenUnlocked(database, work, performance.now() + openingWaitMs);
  // The switch of a new file needs it alone for a moment.
  await unlocked(() => database.exec('PRAGMA journal_mode = WAL'));
  database.exec(
    `PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA journal_size_limit = ${largestKeptLog};` +
      // Deleted names and embeddings are overwritten, not only unlinked.
      'PRAGMA secure_delete = ON;',
  );
  await unlocked(() => migrate(database, path));
  await unlocked(() => database.exec('PRAGMA foreign_keys = ON'));
}

/** Tells this database from every other: what is stored beside it carries it as its owner's name. */
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

/** Needs no lock where there is nothing to do. */
function migrate(database: DatabaseSync, path: string): void {
  if (versionOf(database, path) === migrations.length) return;
  // Neither can be changed within a transaction. SQLite's defence keeps migrations, too, from the schema's text.
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

/** Makes other connections read the schema again, as they would not after a change of its text alone. */
function changeSchemaVersion(database: DatabaseSync): void {
  const version = Number(database.prepare('PRAGMA schema_version').get()?.schema_version);
  database.exec(`PRAGMA schema_version = ${version + 1}`);
}
