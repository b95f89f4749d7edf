import type { FaceOwner } from '../../port.ts';
import { type EmbeddingModel, modelsWith, usableVersions } from '../models/models.ts';
import {
  type EmbeddedFace,
  type EmbeddingStore,
  floatsOf,
  type GalleryFace,
  type VersionEmbeddings,
} from './embedding-store.ts';
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
import { loadRows, loadRowsBeside } from './load-rows.ts';

/** So many are loaded by two threads: a thread takes a moment to start. */
const manyFaces = 20_000;

/**
 * The enrolled faces of one version of a model: kept in the store, their embeddings held in shared memory for the search. The store is
 * the truth; what another process changed in it is taken over by `refresh`.
 *
 * Nothing of a face but its embedding, its id and its entry's is held in memory, and no copy of the embeddings is kept beside the store: what was
 * deleted there would live on in it.
 */
export class Gallery {
  readonly #faces: VersionEmbeddings;
  readonly #version: string;
  readonly #share: (gallery: SharedGallery) => void;
  #shared: SharedGallery;
  #seenMark: unknown;
  #lastId = 0;
  /** Each row's face, 0 where the row is free: the ids in shared memory lie too far apart to be looked through. */
  #idOfRow = new Int32Array(0);
  readonly #freeRows: number[] = [];

  /**
   * @param share is called with the memory to search, now and whenever it had to be made larger.
   * @param usable the versions whose faces are of use: `remove` clears the others away.
   */
  constructor(
    store: EmbeddingStore,
    { version, dimensions }: Pick<EmbeddingModel, 'version' | 'dimensions'>,
    share: (gallery: SharedGallery) => void,
    usable: readonly string[] = usableVersions(modelsWith()),
  ) {
    this.#faces = store.ofVersion(version, usable);
    this.#version = version;
    this.#share = share;
    this.#shared = createSharedGallery(dimensions);
    share(this.#shared);
  }

  /**
   * Loads the faces, the first time: until then the memory is empty. Later it takes over what another process added or removed, and costs
   * next to nothing where none did.
   */
  refresh(): void {
    const mark = this.#faces.mark();
    if (mark === this.#seenMark) return;
    if (this.#lastId === 0) this.#loadMany();
    const lastId = this.#faces.lastId();
    this.#takeNew();
    // The next look need not read other versions' faces again.
    this.#lastId = Math.max(this.#lastId, lastId);
    // No id is given twice, and so by now the memory has all of the database's: as many are the same ones.
    if (this.size > 0 && this.#faces.count() !== this.size) this.#dropAbsent();
    this.#seenMark = mark;
  }

  /** Adds a face to the database, and to the memory with the next `takeOver`; nothing changes where its image has one already. */
  insert(face: GalleryFace, embedding: Float32Array): void {
    this.#faces.add(face, embedding);
  }

  /** Takes what was inserted into the memory: after the commit, for what is rolled back has its id given again. */
  takeOver(): void {
    if (this.#seenMark !== undefined) this.#takeNew();
  }

  /**
   * Deletes an image's face of this version, and of versions that are of no use, from the database. Returns the id that is to be dropped
   * from the memory after the commit, if there is one.
   */
  delete(imageId: string): number | undefined {
    return this.#faces.remove(imageId);
  }

  /** Drops a deleted face from the memory. */
  drop(faceId: number): void {
    this.#drop(this.#idOfRow.indexOf(faceId));
  }

  has(imageId: string): boolean {
    return this.#faces.idOf(imageId) !== undefined;
  }

  /** The face of an id that a search gave, or `undefined` when it was removed since. */
  get(faceId: number): GalleryFace | undefined {
    return this.#faces.face(faceId);
  }

  /** Those of the images' faces that there are, with their embeddings, out of the database. */
  getAmong(imageIds: readonly string[]): EmbeddedFace[] {
    return this.#faces.among(imageIds);
  }

  get size(): number {
    return rowsUsed(this.#shared) - this.#freeRows.length;
  }

  owners(): FaceOwner[] {
    return this.#faces.owners();
  }

  #takeNew(): void {
    const before = this.#shared;
    for (const [faceId, entryId, embedding] of this.#faces.since(this.#lastId)) {
      this.#hold({ faceId, entryId }, floatsOf(embedding));
    }
    if (this.#shared !== before) this.#share(this.#shared);
  }

  /** The faces that are there at first, where they are many: half of them on another thread, for reading them takes most of a start. */
  #loadMany(): void {
    const place = this.#faces.readerPlace();
    // Read before the faces are counted: a face that another process adds meanwhile is a newer one.
    const lastId = this.#faces.lastId();
    const count = this.#faces.count();
    // Of a version that has none, the faces of all others need not be read.
    if (count === 0) this.#lastId = lastId;
    if (place === undefined || count < manyFaces) return;
    const middle = Math.floor(lastId / 2);
    const below = this.#faces.count(middle);
    const before = this.#shared;
    while (capacityOf(this.#shared) < count) this.#shared = enlargeGallery(this.#shared);
    useRows(this.#shared, count);
    const upper = { version: this.#version, afterId: middle, lastId, most: count - below };
    const upperDone = loadRowsBeside(place, this.#shared, upper, below);
    loadRows(this.#faces.rows({ afterId: 0, lastId: middle, most: below }), this.#shared, 0);
    if (!upperDone()) {
      for (let row = below; row < count; row++) clearRow(this.#shared, row);
      loadRows(this.#faces.rows(upper), this.#shared, below);
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
    const present = new Set(this.#faces.ids());
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
