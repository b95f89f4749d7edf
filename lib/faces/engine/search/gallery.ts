import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Box } from '../../../contract/shapes.ts';
import type { FaceOwner } from '../../port.ts';
import { type EmbeddingModel, modelsWith, usableVersions } from '../models/models.ts';
import {
  capacityOf,
  clearRow,
  createSharedGallery,
  enlargeGallery,
  faceIdAt,
  type RowFace,
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
 * The enrolled faces of one version of a model: kept in the database, their embeddings held in shared memory for the search. The database is the truth;
 * what another process changed in it is taken over by `refresh`.
 *
 * Nothing of a face but its embedding, its id and its entry's is held in memory, and no copy of the embeddings is kept beside the database: what was
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

  /**
   * @param share is called with the memory to search, now and whenever it had to be made larger.
   * @param usable the versions whose faces are of use: `remove` clears the others away.
   */
  constructor(
    database: DatabaseSync,
    { version, dimensions }: Pick<EmbeddingModel, 'version' | 'dimensions'>,
    share: (gallery: SharedGallery) => void,
    usable: readonly string[] = usableVersions(modelsWith()),
  ) {
    this.#database = database;
    this.#version = version;
    this.#share = share;
    this.#shared = createSharedGallery(dimensions);
    this.#insert = database.prepare(
      `INSERT INTO faces (image_id, entry_id, model, x, y, w, h, embedding) VALUES (?, ?, '${version}', ?, ?, ?, ?, ?)
       ON CONFLICT (image_id, model) DO NOTHING`,
    );
    const quoted = usable.map((known) => `'${known}'`);
    this.#remove = database.prepare(
      `DELETE FROM faces WHERE image_id = ? AND (model = '${version}' OR model NOT IN (${quoted.join()}))`,
    );
    this.#selectAfter = database.prepare(
      `SELECT id, entry_id, embedding FROM faces WHERE model = '${version}' AND id > ? ORDER BY id`,
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
    const lastId = this.#readLastId();
    this.#takeNew();
    // The next look need not read other versions' faces again.
    this.#lastId = Math.max(this.#lastId, lastId);
    // No id is given twice, and so by now the memory has all of the database's: as many are the same ones.
    if (this.size > 0 && this.#countUpTo(Number.MAX_SAFE_INTEGER) !== this.size) this.#dropAbsent();
    this.#seenVersion = version;
  }

  /** Adds a face to the database, and to the memory with the next `takeOver`; nothing changes where its image has one already. */
  insert(face: GalleryFace, embedding: Float32Array): void {
    const { x, y, w, h } = face.box;
    const bytes = new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength);
    this.#insert.run(face.imageId, face.entryId, x, y, w, h, bytes);
  }

  /** Takes what was inserted into the memory: after the commit, for what is rolled back has its id given again. */
  takeOver(): void {
    if (this.#seenVersion !== undefined) this.#takeNew();
  }

  /**
   * Deletes an image's face of this version, and of versions that are of no use, from the database. Returns the id that is to be dropped
   * from the memory after the commit, if there is one.
   */
  delete(imageId: string): number | undefined {
    const id = this.#idOf(imageId);
    this.#remove.run(imageId);
    return id;
  }

  /** Drops a deleted face from the memory. */
  drop(faceId: number): void {
    this.#drop(this.#idOfRow.indexOf(faceId));
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
      const [faceId, entryId, embedding] = values as unknown as [number, number, Uint8Array];
      this.#hold({ faceId, entryId }, floatsOf(embedding));
    }
    if (this.#shared !== before) this.#share(this.#shared);
  }

  /** The faces that are there at first, where they are many: half of them on another thread, for reading them takes most of a start. */
  #loadMany(): void {
    const path = this.#database.location();
    // Read before the faces are counted: a face that another process adds meanwhile is a newer one.
    const lastId = this.#readLastId();
    const count = this.#countUpTo(Number.MAX_SAFE_INTEGER);
    // Of a version that has none, the faces of all others need not be read.
    if (count === 0) this.#lastId = lastId;
    if (path === null || count < manyFaces) return;
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

  /** The largest id of all versions' faces. */
  #readLastId(): number {
    return (this.#lastIdOf.get()?.id as number | null) ?? 0;
  }

  #countUpTo(id: number): number {
    return this.#count.get(id)?.count as number;
  }

  #hold(face: RowFace, embedding: Float32Array): void {
    const row = this.#freeRows.pop() ?? this.#nextRow();
    writeRow(this.#shared, row, face, embedding);
    this.#idOfRow[row] = face.faceId;
    this.#lastId = face.faceId;
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
