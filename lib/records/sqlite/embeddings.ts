import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type {
  EmbeddedFace,
  EmbeddingRow,
  EmbeddingStore,
  GalleryFace,
  ReaderPlace,
  Share,
  VersionEmbeddings,
} from '../../faces/engine/search/embedding-store.ts';
import { floatsOf } from '../../faces/engine/search/embedding-store.ts';
import type { FaceOwner } from '../../faces/port.ts';
import { row } from '../shared/row.ts';
import { shareOf } from './embedding-rows.ts';
import { sqliteKeptFaces } from './kept-faces.ts';
import { whenUnlocked, write } from './transactions.ts';

// AUTOINCREMENT never uses an id twice, so an id that a search returns always means the face that it
// compared.
const table = `CREATE TABLE IF NOT EXISTS faces (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id TEXT NOT NULL,
  entry_id INTEGER NOT NULL,
  model TEXT NOT NULL,
  x INTEGER NOT NULL, y INTEGER NOT NULL, w INTEGER NOT NULL, h INTEGER NOT NULL,
  embedding BLOB NOT NULL,
  UNIQUE (image_id, model)
) STRICT`;

/**
 * Opens the embeddings in a database from `openDatabase`, and makes their table if there is none.
 * @throws BackendUnavailableError
 */
export async function openSqliteEmbeddings(database: DatabaseSync): Promise<EmbeddingStore> {
  await whenUnlocked(database, () => database.exec(table));
  return {
    read: (work) => whenUnlocked(database, work),
    write: (work, options) => write(database, work, options),
    ofVersion: (version, usable) => new SqliteEmbeddings(database, version, usable),
    ...(hasRecords(database) && { kept: sqliteKeptFaces(database) }),
  };
}

/** Returns true if the records' tables are in the database too. */
function hasRecords(database: DatabaseSync): boolean {
  return (
    database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'kept_face'").get() !==
    undefined
  );
}

interface FaceRow {
  image_id: string;
  entry_id: number;
  x: number;
  y: number;
  w: number;
  h: number;
}

function faceOf({ image_id: imageId, entry_id: entryId, x, y, w, h }: FaceRow): GalleryFace {
  return { entryId, imageId, box: { x, y, w, h } };
}

const statementsOf = (version: string, usable: string) => ({
  add: `
    INSERT INTO faces (image_id, entry_id, model, x, y, w, h, embedding) VALUES (?, ?, '${version}', ?, ?, ?, ?, ?)
    ON CONFLICT (image_id, model) DO NOTHING`,
  remove: `DELETE FROM faces WHERE image_id = ? AND (model = '${version}' OR model NOT IN (${usable}))`,
  since: `SELECT id, entry_id, embedding FROM faces WHERE model = '${version}' AND id > ? ORDER BY id`,
  ids: `SELECT id FROM faces WHERE model = '${version}'`,
  face: 'SELECT image_id, entry_id, x, y, w, h FROM faces WHERE id = ?',
  idOf: `SELECT id FROM faces WHERE image_id = ? AND model = '${version}'`,
  owners: `SELECT entry_id AS entryId, image_id AS imageId FROM faces WHERE model = '${version}' ORDER BY id`,
  among: `
    SELECT image_id, entry_id, x, y, w, h, embedding FROM faces
    WHERE model = '${version}' AND image_id IN (SELECT value FROM json_each(?))`,
  // The plus makes SQLite count in the index, which is far smaller than the faces.
  count: `SELECT count(*) AS count FROM faces WHERE model = '${version}' AND +id <= ?`,
  lastId: 'SELECT max(id) AS id FROM faces',
  mark: 'PRAGMA data_version',
});

type Statements = { readonly [name in keyof ReturnType<typeof statementsOf>]: StatementSync };

class SqliteEmbeddings implements VersionEmbeddings {
  readonly #database: DatabaseSync;
  readonly #version: string;
  readonly #statements: Statements;

  constructor(database: DatabaseSync, version: string, usable: readonly string[]) {
    this.#database = database;
    this.#version = version;
    const sql = statementsOf(version, usable.map((known) => `'${known}'`).join());
    const prepared = Object.entries(sql).map(([name, text]) => [name, database.prepare(text)] as const);
    this.#statements = row<Statements>(Object.fromEntries(prepared));
    // Without an object for each row, a million rows take half the time.
    this.#statements.since.setReturnArrays(true);
    this.#statements.ids.setReturnArrays(true);
  }

  mark(): unknown {
    return this.#statements.mark.get()?.data_version;
  }

  add({ imageId, entryId, box }: GalleryFace, embedding: Float32Array): void {
    const bytes = new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength);
    this.#statements.add.run(imageId, entryId, box.x, box.y, box.w, box.h, bytes);
  }

  remove(imageId: string): number | undefined {
    const id = this.idOf(imageId);
    this.#statements.remove.run(imageId);
    return id;
  }

  since(faceId: number): Iterable<EmbeddingRow> {
    return row<Iterable<EmbeddingRow>>(this.#statements.since.iterate(faceId));
  }

  rows(share: Omit<Share, 'version'>): Iterable<EmbeddingRow> {
    return shareOf(this.#database, { ...share, version: this.#version });
  }

  readerPlace(): ReaderPlace | undefined {
    const location = this.#database.location();
    if (location === null) return undefined;
    return { module: new URL('./embedding-rows.ts', import.meta.url).href, location };
  }

  ids(): number[] {
    return row<[number][]>(this.#statements.ids.all()).map(([id]) => id);
  }

  count(upToId = Number.MAX_SAFE_INTEGER): number {
    return Number(this.#statements.count.get(upToId)?.count);
  }

  lastId(): number {
    return Number(this.#statements.lastId.get()?.id ?? 0);
  }

  face(faceId: number): GalleryFace | undefined {
    const found = row<FaceRow | undefined>(this.#statements.face.get(faceId));
    return found && faceOf(found);
  }

  idOf(imageId: string): number | undefined {
    return row<{ id: number } | undefined>(this.#statements.idOf.get(imageId))?.id;
  }

  owners(): FaceOwner[] {
    return row<FaceOwner[]>(this.#statements.owners.all()).map(({ entryId, imageId }) => ({
      entryId,
      imageId,
    }));
  }

  among(imageIds: readonly string[]): EmbeddedFace[] {
    const rows = row<(FaceRow & { embedding: Uint8Array })[]>(
      this.#statements.among.all(JSON.stringify(imageIds)),
    );
    return rows.map((found) => ({ ...faceOf(found), embedding: floatsOf(found.embedding) }));
  }
}
