import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type {
  CodeRow,
  EmbeddedFace,
  EmbeddingStore,
  GalleryFace,
  ReaderPlace,
  Share,
  FaceRow as StoredFace,
  VersionEmbeddings,
} from '../../faces/engine/search/embedding-store.ts';
import { bytesOf, floatsOf } from '../../faces/engine/search/embedding-store.ts';
import { row } from '../shared/row.ts';
import { imagesOf, shareOf } from './embedding-rows.ts';
import { addCodes, lacksCodes } from './face-codes.ts';
import { sqliteKeptFaces } from './kept-faces.ts';
import { whenUnlocked, write } from './transactions.ts';

/** Opens the embeddings in a database from `openDatabase`. */
export function openSqliteEmbeddings(database: DatabaseSync): EmbeddingStore {
  return {
    read: (work) => whenUnlocked(database, work),
    write: (work, options) => write(database, work, options),
    ofVersion: (version, usable) => new SqliteEmbeddings(database, version, usable),
    lacksCodes: () => lacksCodes(database),
    addCodes: (codeOf) => addCodes(database, codeOf),
    images: (page) => imagesOf(database, page),
    kept: sqliteKeptFaces(database),
  };
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
  addCode: `INSERT INTO face_code (id, entry_id, model, code) VALUES (?, ?, '${version}', ?)`,
  since: `
    SELECT id, faces.entry_id, code, iif(code IS NULL, embedding, NULL) FROM faces LEFT JOIN face_code USING (id)
    WHERE faces.model = '${version}' AND id > ? ORDER BY id`,
  codeless: `
    SELECT id, entry_id, NULL, embedding FROM faces
    WHERE model = '${version}' AND id <= ? AND NOT EXISTS (SELECT 1 FROM face_code WHERE id = faces.id) ORDER BY id`,
  ids: `SELECT id FROM faces WHERE model = '${version}'`,
  face: 'SELECT image_id, entry_id, x, y, w, h FROM faces WHERE id = ?',
  idOf: `SELECT id FROM faces WHERE image_id = ? AND model = '${version}'`,
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
    this.#statements.codeless.setReturnArrays(true);
    this.#statements.ids.setReturnArrays(true);
  }

  mark(): unknown {
    return this.#statements.mark.get()?.data_version;
  }

  add({ imageId, entryId, box }: GalleryFace, embedding: Float32Array, code: Uint8Array): void {
    const { add, addCode } = this.#statements;
    const { changes, lastInsertRowid } = add.run(
      imageId,
      entryId,
      box.x,
      box.y,
      box.w,
      box.h,
      bytesOf(embedding),
    );
    if (changes > 0) addCode.run(lastInsertRowid, entryId, code);
  }

  remove(imageId: string): number | undefined {
    const id = this.idOf(imageId);
    this.#statements.remove.run(imageId);
    return id;
  }

  since(faceId: number): Iterable<StoredFace> {
    return row<Iterable<StoredFace>>(this.#statements.since.iterate(faceId));
  }

  codeless(lastId: number): Iterable<StoredFace> {
    return row<Iterable<StoredFace>>(this.#statements.codeless.iterate(lastId));
  }

  rows(share: Omit<Share, 'version'>): Iterable<CodeRow> {
    return shareOf(this.#database, { ...share, version: this.#version });
  }

  readerPlace(): ReaderPlace {
    const location = this.#database.location();
    if (location === null) throw new Error('Other threads cannot read a database in memory.');
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

  among(imageIds: readonly string[]): EmbeddedFace[] {
    const rows = row<(FaceRow & { embedding: Uint8Array })[]>(
      this.#statements.among.all(JSON.stringify(imageIds)),
    );
    return rows.map((found) => ({ ...faceOf(found), embedding: floatsOf(found.embedding) }));
  }
}
