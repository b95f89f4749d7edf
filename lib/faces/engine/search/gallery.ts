import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Box } from '../../../contract/shapes.ts';
import type { FaceOwner } from '../../port.ts';
import { type EmbeddingModel, type EmbeddingModelName, modelsWith } from '../models/models.ts';
import {
  capacityOf,
  clearRow,
  createSharedGallery,
  enlargeGallery,
  faceIdAt,
  rowsUsed,
  type SharedGallery,
  useRows,
  writeRow,
} from './gallery-memory.ts';
import { floatsOf, loadRows, loadRowsBeside } from './load-rows.ts';

/** An enrolled face of one model. */
export interface GalleryFace extends FaceOwner {
  readonly box: Box;
}

/** So many are loaded by two threads: a thread takes a moment to start. */
const manyFaces = 20_000;

/** Makes the table of all models' enrolled faces where there is none. */
export function createFacesTable(database: DatabaseSync): void {
  // The id grows for ever, so that a search's answer never means another face than the one that it read.
  database.exec(`CREATE TABLE IF NOT EXISTS faces (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    image_id TEXT NOT NULL,
    entry_id INTEGER NOT NULL,
    model TEXT NOT NULL,
    x INTEGER NOT NULL, y INTEGER NOT NULL, w INTEGER NOT NULL, h INTEGER NOT NULL,
    embedding BLOB NOT NULL,
    UNIQUE (image_id, model)
  ) STRICT`);
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

/**
 * One model's enrolled faces: kept in the database, their embeddings held in shared memory for the search. The database is the truth;
 * what another process changed in it is taken over by `refresh`.
 *
 * Nothing of a face but its embedding and id is held in memory, and no copy of the embeddings is kept beside the database: what was
 * deleted there would live on in it.
 */
export class Gallery {
  readonly #database: DatabaseSync;
  readonly #version: string;
  readonly #share: (gallery: SharedGallery) => void;
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #selectAfter: StatementSync;
  readonly #selectIds: StatementSync;
  readonly #selectFace: StatementSync;
  readonly #selectId: StatementSync;
  readonly #selectOwners: StatementSync;
  readonly #selectAmong: StatementSync;
  readonly #count: StatementSync;
  readonly #lastIdOf: StatementSync;
  readonly #dataVersion: StatementSync;
  #shared: SharedGallery;
  #seenVersion: unknown;
  #lastId = 0;
  /** Each row's face, 0 where the row is free: the ids in shared memory lie too far apart to be looked through. */
  #idOfRow = new Int32Array(0);
  readonly #freeRows: number[] = [];

  /** `share` is called with the memory to search, now and whenever it had to be made larger. */
  constructor(
    database: DatabaseSync,
    model: EmbeddingModelName,
    share: (gallery: SharedGallery) => void,
    models = modelsWith(),
  ) {
    const { version, dimensions } = models.get(model) as EmbeddingModel;
    this.#database = database;
    this.#version = version;
    this.#share = share;
    this.#shared = createSharedGallery(dimensions);
    this.#insert = database.prepare(
      `INSERT INTO faces (image_id, entry_id, model, x, y, w, h, embedding) VALUES (?, ?, '${version}', ?, ?, ?, ?, ?)
       ON CONFLICT (image_id, model) DO NOTHING`,
    );
    const current = [...models.values()].map((known) => `'${known.version}'`);
    this.#remove = database.prepare(
      `DELETE FROM faces WHERE image_id = ? AND (model = '${version}' OR model NOT IN (${current.join()}))`,
    );
    this.#selectAfter = database.prepare(
      `SELECT id, embedding FROM faces WHERE model = '${version}' AND id > ? ORDER BY id`,
    );
    this.#selectIds = database.prepare(`SELECT id FROM faces WHERE model = '${version}'`);
    // A million rows are read in half the time without an object for each.
    this.#selectAfter.setReturnArrays(true);
    this.#selectIds.setReturnArrays(true);
    this.#selectFace = database.prepare('SELECT image_id, entry_id, x, y, w, h FROM faces WHERE id = ?');
    this.#selectId = database.prepare(`SELECT id FROM faces WHERE image_id = ? AND model = '${version}'`);
    this.#selectOwners = database.prepare(
      `SELECT entry_id, image_id FROM faces WHERE model = '${version}' ORDER BY id`,
    );
    this.#selectAmong = database.prepare(
      `SELECT image_id, entry_id, x, y, w, h, embedding FROM faces
       WHERE model = '${version}' AND image_id IN (SELECT value FROM json_each(?))`,
    );
    // The plus makes SQLite count in the index, which is far smaller than the faces.
    this.#count = database.prepare(
      `SELECT count(*) AS count FROM faces WHERE model = '${version}' AND +id <= ?`,
    );
    this.#lastIdOf = database.prepare('SELECT max(id) AS id FROM faces');
    this.#dataVersion = database.prepare('PRAGMA data_version');
    share(this.#shared);
  }

  /**
   * Loads the faces, the first time: until then the memory is empty. Later it takes over what another process added or removed, and costs
   * next to nothing where none did.
   */
  refresh(): void {
    const { data_version: version } = this.#dataVersion.get() as { data_version: number };
    if (version === this.#seenVersion) return;
    if (this.#lastId === 0) this.#loadMany();
    this.#takeNew();
    // No id is given twice, and so by now the memory has all of the database's: as many are the same ones.
    if (this.#countUpTo(Number.MAX_SAFE_INTEGER) !== this.size) this.#dropAbsent();
    this.#seenVersion = version;
  }

  /** Adds a face to the database and to the memory; nothing changes where its image has one already. */
  add(face: GalleryFace, embedding: Float32Array): void {
    const { x, y, w, h } = face.box;
    const bytes = new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength);
    this.#insert.run(face.imageId, face.entryId, x, y, w, h, bytes);
    if (this.#seenVersion !== undefined) this.#takeNew();
  }

  /** Removes an image's face of this model, and of versions that are no longer in use, from the memory and from the database. */
  remove(imageId: string): void {
    const id = this.#idOf(imageId);
    this.#remove.run(imageId);
    if (id !== undefined) this.#drop(this.#idOfRow.indexOf(id));
  }

  has(imageId: string): boolean {
    return this.#idOf(imageId) !== undefined;
  }

  /** The face of an id that a search gave, or `undefined` when it was removed since. */
  get(faceId: number): GalleryFace | undefined {
    const row = this.#selectFace.get(faceId) as unknown as FaceRow | undefined;
    return row && faceOf(row);
  }

  /** Those of the images' faces that there are, with their embeddings, out of the database. */
  getAmong(imageIds: readonly string[]): (GalleryFace & { readonly embedding: Float32Array })[] {
    const rows = this.#selectAmong.all(JSON.stringify(imageIds)) as unknown as (FaceRow & {
      embedding: Uint8Array;
    })[];
    return rows.map((row) => ({ ...faceOf(row), embedding: floatsOf(row.embedding) }));
  }

  get size(): number {
    return rowsUsed(this.#shared) - this.#freeRows.length;
  }

  owners(): FaceOwner[] {
    return this.#selectOwners
      .all()
      .map((row) => ({ entryId: row.entry_id as number, imageId: row.image_id as string }));
  }

  #idOf(imageId: string): number | undefined {
    return this.#selectId.get(imageId)?.id as number | undefined;
  }

  #takeNew(): void {
    const before = this.#shared;
    for (const values of this.#selectAfter.iterate(this.#lastId)) {
      const [id, embedding] = values as unknown as [number, Uint8Array];
      this.#hold(id, floatsOf(embedding));
    }
    if (this.#shared !== before) this.#share(this.#shared);
  }

  /** The faces that are there at first, where they are many: half of them on another thread, for reading them takes most of a start. */
  #loadMany(): void {
    const path = this.#database.location();
    const count = this.#countUpTo(Number.MAX_SAFE_INTEGER);
    if (path === null || count < manyFaces) return;
    const lastId = this.#lastIdOf.get()?.id as number;
    const middle = Math.floor(lastId / 2);
    const below = this.#countUpTo(middle);
    const before = this.#shared;
    while (capacityOf(this.#shared) < count) this.#shared = enlargeGallery(this.#shared);
    useRows(this.#shared, count);
    const version = this.#version;
    const upper = { version, afterId: middle, lastId, firstRow: below, maxRows: count - below };
    const upperDone = loadRowsBeside(path, this.#shared, upper);
    loadRows(this.#database, this.#shared, {
      version,
      afterId: 0,
      lastId: middle,
      firstRow: 0,
      maxRows: below,
    });
    if (!upperDone()) {
      for (let row = below; row < count; row++) clearRow(this.#shared, row);
      loadRows(this.#database, this.#shared, upper);
    }
    this.#idOfRow = new Int32Array(capacityOf(this.#shared));
    for (let row = 0; row < count; row++) {
      const id = faceIdAt(this.#shared, row);
      this.#idOfRow[row] = id;
      // Another process has removed a face since they were counted.
      if (id === 0) this.#freeRows.push(row);
    }
    this.#lastId = lastId;
    if (this.#shared !== before) this.#share(this.#shared);
  }

  #countUpTo(id: number): number {
    return this.#count.get(id)?.count as number;
  }

  #hold(id: number, embedding: Float32Array): void {
    const row = this.#freeRows.pop() ?? this.#nextRow();
    writeRow(this.#shared, row, id, embedding);
    this.#idOfRow[row] = id;
    this.#lastId = id;
  }

  #nextRow(): number {
    const row = rowsUsed(this.#shared);
    if (row === capacityOf(this.#shared)) this.#shared = enlargeGallery(this.#shared);
    if (row >= this.#idOfRow.length) {
      const longer = new Int32Array(Math.max(capacityOf(this.#shared), 2 * this.#idOfRow.length));
      longer.set(this.#idOfRow);
      this.#idOfRow = longer;
    }
    return row;
  }

  #dropAbsent(): void {
    const present = new Set(this.#selectIds.all().map((values) => (values as unknown as [number])[0]));
    this.#idOfRow.forEach((id, row) => {
      if (id !== 0 && !present.has(id)) this.#drop(row);
    });
  }

  #drop(row: number): void {
    if (row < 0) return;
    clearRow(this.#shared, row);
    this.#idOfRow[row] = 0;
    this.#freeRows.push(row);
  }
}
