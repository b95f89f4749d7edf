import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Box } from '../../contract/shapes.ts';
import type { FaceOwner } from '../port.ts';
import { type EmbeddingModelName, embeddingModels } from './models.ts';
import { createSharedGallery, type SharedGallery, writeRow } from './search.ts';

/** An enrolled face of one model. */
export interface GalleryFace extends FaceOwner {
  readonly box: Box;
}

interface FaceRow {
  id: number;
  entry_id: number;
  image_id: string;
  x: number;
  y: number;
  w: number;
  h: number;
  embedding: Uint8Array;
}

const initialCapacity = 1024;

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

/**
 * One model's enrolled faces: kept in the database, held in shared memory for the search. The database is the truth; what another
 * process changed in it is taken over by `refresh`.
 */
export class Gallery {
  readonly #share: (gallery: SharedGallery) => void;
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #selectAfter: StatementSync;
  readonly #selectIds: StatementSync;
  readonly #dataVersion: StatementSync;
  #shared: SharedGallery;
  #seenVersion: unknown;
  #lastId = 0;
  readonly #faces = new Map<number, GalleryFace & { row: number }>();
  readonly #idOfImage = new Map<string, number>();
  readonly #freeRows: number[] = [];

  /** `share` is called with the memory to search, now and whenever it had to be made larger. */
  constructor(database: DatabaseSync, model: EmbeddingModelName, share: (gallery: SharedGallery) => void) {
    const version = embeddingModels[model].version;
    this.#share = share;
    this.#shared = createSharedGallery(embeddingModels[model].dimensions, initialCapacity);
    this.#insert = database.prepare(
      `INSERT INTO faces (image_id, entry_id, model, x, y, w, h, embedding) VALUES (?, ?, '${version}', ?, ?, ?, ?, ?)
       ON CONFLICT (image_id, model) DO NOTHING`,
    );
    this.#remove = database.prepare('DELETE FROM faces WHERE image_id = ?');
    this.#selectAfter = database.prepare(
      `SELECT id, image_id, entry_id, x, y, w, h, embedding FROM faces WHERE model = '${version}' AND id > ? ORDER BY id`,
    );
    this.#selectIds = database.prepare(`SELECT id FROM faces WHERE model = '${version}'`);
    this.#dataVersion = database.prepare('PRAGMA data_version');
    share(this.#shared);
    this.refresh();
  }

  /** Takes over what another process added or removed; costs next to nothing where none did. */
  refresh(): void {
    const { data_version: version } = this.#dataVersion.get() as { data_version: number };
    if (version === this.#seenVersion) return;
    this.#takeNew();
    const present = new Set(this.#selectIds.all().map(({ id }) => id as number));
    for (const id of this.#faces.keys()) if (!present.has(id)) this.#drop(id);
    this.#seenVersion = version;
  }

  /** Adds a face to the database and to the memory; nothing changes where its image has one already. */
  add(face: GalleryFace, embedding: Float32Array): void {
    const { x, y, w, h } = face.box;
    const bytes = new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength);
    this.#insert.run(face.imageId, face.entryId, x, y, w, h, bytes);
    this.#takeNew();
  }

  /** Removes an image's face from the memory, and from the database for all models and versions. */
  remove(imageId: string): void {
    this.#remove.run(imageId);
    const id = this.#idOfImage.get(imageId);
    if (id !== undefined) this.#drop(id);
  }

  has(imageId: string): boolean {
    return this.#idOfImage.has(imageId);
  }

  /** The face of an id that a search gave, or `undefined` when it was removed since. */
  get(faceId: number): GalleryFace | undefined {
    return this.#faces.get(faceId);
  }

  get size(): number {
    return this.#faces.size;
  }

  owners(): FaceOwner[] {
    return [...this.#faces.values()].map(({ entryId, imageId }) => ({ entryId, imageId }));
  }

  #takeNew(): void {
    for (const row of this.#selectAfter.iterate(this.#lastId)) this.#hold(row as unknown as FaceRow);
  }

  #hold({ id, entry_id: entryId, image_id: imageId, x, y, w, h, embedding }: FaceRow): void {
    const row = this.#freeRows.pop() ?? this.#nextRow();
    // The blob's place in memory need not be a multiple of 4: slice() moves it to one that is.
    writeRow(this.#shared, row, id, new Float32Array(embedding.slice().buffer));
    this.#faces.set(id, { entryId, imageId, box: { x, y, w, h }, row });
    this.#idOfImage.set(imageId, id);
    this.#lastId = id;
  }

  #nextRow(): number {
    const row = Atomics.load(this.#shared.size, 0);
    if (row === this.#shared.ids.length) this.#grow();
    return row;
  }

  #grow(): void {
    const { dimensions, ids, lengths, vectors, size } = this.#shared;
    const larger = createSharedGallery(dimensions, 2 * ids.length);
    larger.vectors.set(vectors);
    larger.lengths.set(lengths);
    larger.ids.set(ids);
    larger.size.set(size);
    this.#shared = larger;
    this.#share(larger);
  }

  #drop(id: number): void {
    const face = this.#faces.get(id);
    if (!face) return;
    Atomics.store(this.#shared.ids, face.row, 0);
    this.#freeRows.push(face.row);
    this.#faces.delete(id);
    // Another process may have removed the image's face and enrolled it again, under a new id.
    if (this.#idOfImage.get(face.imageId) === id) this.#idOfImage.delete(face.imageId);
  }
}
