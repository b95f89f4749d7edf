import { type EmbeddingModel, modelsWith, usableVersions } from '../models/models.ts';
import {
  type EmbeddedFace,
  type EmbeddingStore,
  type FaceRow,
  floatsOf,
  type GalleryFace,
  type VersionEmbeddings,
} from './embedding-store.ts';
import {
  capacityOf,
  clearRow,
  codeOf,
  createSharedGallery,
  enlargeGallery,
  faceIdAt,
  rowsUsed,
  type SharedGallery,
  useRows,
  writeRow,
} from './gallery-memory.ts';
import { loadRows, loadRowsBeside } from './load-rows.ts';

/** Number of faces from which on two threads load them; fewer are not worth the start of a thread. */
const manyFaces = 20_000;

/**
 * Enrolled faces of one version of a model. The store keeps them, and shared memory holds their codes for the
 * search. The store is authoritative; `refresh` takes over what other processes changed in it.
 *
 * Memory holds only a face's code, its id and its entry's id. The store keeps the codes too, so that a start
 * reads a fifth of what it would compute them from. No copy is kept on disk beside the store, because deleted
 * faces would live on in it.
 */
export class Gallery {
  readonly #faces: VersionEmbeddings;
  readonly #version: string;
  readonly #share: (gallery: SharedGallery) => void;
  #shared: SharedGallery;
  #seenMark: unknown;
  #lastId = 0;
  /** Face of each row, 0 if the row is free. The ids in shared memory lie too far apart for a fast search. */
  #idOfRow = new Int32Array(0);
  readonly #freeRows: number[] = [];

  /**
   * @param share is called with the memory to search, now and whenever it was enlarged
   * @param usable the versions whose faces can still be matched; `remove` deletes those of other versions
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
    this.#shared = createSharedGallery(dimensions, this.#faces.readerPlace());
    share(this.#shared);
  }

  /**
   * Loads the faces the first time; until then the memory is empty. Later it takes over what another process
   * added or removed, and costs next to nothing if none did.
   */
  refresh(): void {
    const mark = this.#faces.mark();
    if (mark === this.#seenMark) return;
    if (this.#lastId === 0) this.#loadMany();
    const lastId = this.#faces.lastId();
    this.#takeNew();
    // The next refresh then skips other versions' faces.
    this.#lastId = Math.max(this.#lastId, lastId);
    // The memory now has every face of the database, because no id is used twice. If the counts are equal, it
    // has no other face either.
    if (this.size > 0 && this.#faces.count() !== this.size) this.#dropAbsent();
    this.#seenMark = mark;
  }

  /**
   * Adds a face to the database, and with the next `takeOver` to the memory. It does nothing if the face's
   * image has one already.
   */
  insert(face: GalleryFace, embedding: Float32Array): void {
    this.#faces.add(face, embedding, codeOf(embedding));
  }

  /**
   * Takes inserted faces into the memory. Call it after the commit: the id of a face that is rolled back is
   * used again.
   */
  takeOver(): void {
    if (this.#seenMark !== undefined) this.#takeNew();
  }

  /**
   * Deletes an image's face of this version, and of versions that can't be matched any more, from the
   * database.
   * @returns the id to drop from the memory after the commit, if there is one
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

  /** Returns the face of an id that a search returned, or `undefined` if it was removed since. */
  get(faceId: number): GalleryFace | undefined {
    return this.#faces.face(faceId);
  }

  /** Reads the faces of those images that have one, with their embeddings, from the database. */
  getAmong(imageIds: readonly string[]): EmbeddedFace[] {
    return this.#faces.among(imageIds);
  }

  get size(): number {
    return rowsUsed(this.#shared) - this.#freeRows.length;
  }

  #takeNew(): void {
    const before = this.#shared;
    for (const row of this.#faces.since(this.#lastId)) this.#hold(row);
    if (this.#shared !== before) this.#share(this.#shared);
  }

  /**
   * Loads the faces at the start, if they are many. Another thread loads half of them, because reading takes
   * most of the start.
   */
  #loadMany(): void {
    const place = this.#faces.readerPlace();
    // It is read before the faces are counted, so that a face added meanwhile by another process has a larger
    // id.
    const lastId = this.#faces.lastId();
    const count = this.#faces.count();
    // If this version has no face, those of other versions need not be read.
    if (count === 0) this.#lastId = lastId;
    if (count < manyFaces) return;
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
      // Another process has removed a face since they were counted, or this one has no code yet.
      if (id === 0) this.#freeRows.push(row);
    }
    if (this.#freeRows.length > 0) for (const row of this.#faces.codeless(lastId)) this.#hold(row);
    this.#lastId = lastId;
    if (this.#shared !== before) this.#share(this.#shared);
  }

  #hold([faceId, entryId, code, embedding]: FaceRow): void {
    const row = this.#freeRows.pop() ?? this.#nextRow();
    const known = code ?? codeOf(floatsOf(embedding as Uint8Array));
    writeRow(this.#shared, row, { faceId, entryId }, known);
    this.#idOfRow[row] = faceId;
    this.#lastId = faceId;
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
