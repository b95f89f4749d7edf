import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../../lib/config.ts';
import { ifPresent } from '../../lib/files.ts';
import { isOldDatabase, oldDatabaseName } from '../../lib/old-service.ts';
import { row } from '../../lib/records/shared/row.ts';
import { connect } from '../../lib/records/sqlite/connection.ts';

/** Row of the table `blacklist`. All values are texts, because SQLite's columns take any type. */
export interface OldEntry {
  readonly id: string | null;
  readonly name: string | null;
  readonly reason: string | null;
  readonly reference_image_dir: string | null;
  readonly added_date: string | null;
}

/** Row of the table `processed_images`. */
export interface OldPicture {
  readonly id: string;
  readonly input_identifier: string | null;
  readonly saved_image_path: string | null;
  readonly processing_timestamp: string | null;
  readonly has_blacklist_match: string | null;
  readonly result_json: string | null;
  readonly cropped_face_path: string | null;
}

const entryColumns = ['id', 'name', 'reason', 'reference_image_dir', 'added_date'] as const;
const pictureColumns = [
  'id',
  'input_identifier',
  'saved_image_path',
  'processing_timestamp',
  'has_blacklist_match',
  'result_json',
  'cropped_face_path',
] as const;
const companions = ['-wal', '-journal'];

/** Database of the old service. It is a copy, so nothing changes at the source. */
export class OldDatabase implements AsyncDisposable {
  readonly #database: DatabaseSync;
  readonly #folder: string;

  private constructor(database: DatabaseSync, folder: string) {
    this.#database = database;
    this.#folder = folder;
  }

  /**
   * Copies the database with its log, and opens the copy.
   * @throws ConfigError when it is no database of the old service, or is damaged
   */
  static async open(path: string): Promise<OldDatabase> {
    const folder = await mkdtemp(join(tmpdir(), 'face-blacklist-import-'));
    try {
      const copy = join(folder, oldDatabaseName);
      await copyFile(path, copy);
      for (const suffix of companions) await ifPresent(copyFile(path + suffix, copy + suffix));
      const opened = new OldDatabase(connect(copy), folder);
      opened.#check(path);
      return opened;
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      const isSqlite = error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
      if (!isSqlite) throw error;
      throw new ConfigError(
        `${path} can't be read (${error.message}). Stop the old service, copy the file again and try once more.`,
      );
    }
  }

  entries(): OldEntry[] {
    return row<OldEntry[]>(
      this.#database.prepare(`${this.#select('blacklist', entryColumns)} ORDER BY old.id`).all(),
    );
  }

  countPictures(): number {
    if (!this.#hasPictures()) return 0;
    return Number(this.#database.prepare('SELECT count(*) AS total FROM processed_images').get()?.total);
  }

  /** Reads the history, the oldest id first. */
  *pictures(): Generator<OldPicture> {
    if (!this.#hasPictures()) return;
    const statement = this.#database.prepare(
      `${this.#select('processed_images', pictureColumns)} ORDER BY old.id`,
    );
    for (const picture of statement.iterate()) yield row<OldPicture>(picture);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #check(path: string): void {
    if (!this.#columnsOf('blacklist').has('name')) {
      throw new ConfigError(`${path} is no database of the old service: it has no table blacklist.`);
    }
    const damage = Object.values(this.#database.prepare('PRAGMA quick_check(1)').get() ?? {})[0];
    if (damage !== 'ok') {
      throw new ConfigError(
        `${path} is damaged: ${damage}. Stop the old service, copy the file again and try once more.`,
      );
    }
  }

  #hasPictures(): boolean {
    return this.#columnsOf('processed_images').has('id');
  }

  #columnsOf(table: string): Set<string> {
    return new Set(
      this.#database
        .prepare('SELECT name FROM pragma_table_info(?)')
        .all(table)
        .map(({ name }) => String(name)),
    );
  }

  /** Makes a query for these columns as texts; those that an older version lacks are null. */
  #select(table: string, columns: readonly string[]): string {
    const present = this.#columnsOf(table);
    const selected = columns.map((name) =>
      present.has(name) ? `CAST(${name} AS TEXT) AS ${name}` : `NULL AS ${name}`,
    );
    return `SELECT ${selected.join(', ')} FROM (SELECT * FROM ${table}) AS old`;
  }
}

/**
 * Finds the old service's database in its folder, or beside its folder of pictures.
 * @throws ConfigError when there is none, or only a file of its name that is something else
 */
export function oldDatabasePath(folder: string): string {
  const root = resolve(folder);
  const places = [root, join(root, 'data'), join(root, 'db'), join(root, 'blacklist_db'), dirname(root)];
  const paths = places.map((place) => join(place, oldDatabaseName));
  const found = paths.find(isOldDatabase);
  if (found !== undefined) return found;
  const other = paths.find((path) => existsSync(path));
  if (other !== undefined) {
    throw new ConfigError(
      `${other} is no database of the old service: it is empty, of another kind, or may not be read. Copy it again.`,
    );
  }
  throw new ConfigError(
    `There is no ${oldDatabaseName} in ${root}: name the folder that holds the old service's ${oldDatabaseName} and its blacklist_db.`,
  );
}
