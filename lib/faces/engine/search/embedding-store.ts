import type { Box } from '../../../contract/shapes.ts';
import type { FaceOwner } from '../../port.ts';

/** An enrolled face of one version of a model. */
export interface GalleryFace extends FaceOwner {
  readonly box: Box;
}

export interface EmbeddedFace extends GalleryFace {
  readonly embedding: Float32Array;
}

/** A kept embedding: its face's id, its entry's id, and its float32 numbers as bytes. */
export type EmbeddingRow = readonly [faceId: number, entryId: number, embedding: Uint8Array];

/** The faces of one version whose ids lie in a range, by rising id. */
export interface Share {
  readonly version: string;
  readonly afterId: number;
  readonly lastId: number;
  /** Faces beyond so many are left out. */
  readonly most: number;
}

/** A place from which another thread can read the same embeddings. */
export interface ReaderPlace {
  /** The URL of a module that exports `openReader`, see `EmbeddingReader`. */
  readonly module: string;
  /** The string that `openReader` takes. */
  readonly location: string;
}

/** Reads embeddings on a thread of its own. */
export interface EmbeddingReader extends Disposable {
  /** @throws Any error of the store: whoever asked reads the rows then. */
  rows(share: Share): Iterable<EmbeddingRow>;
}

/**
 * Keeps the embeddings of enrolled faces: the truth, of which the engine's memory is a copy. An id is more than 0, grows, and is never given
 * twice. Any of the methods that answer at once is called within `read` or `write` alone.
 * @example
 * const faces = await store.read(() => store.ofVersion('fusion-2', ['fusion-2']));
 * await store.write(() => faces.add({ entryId: 7, imageId: 'a', box }, embedding));
 */
export interface EmbeddingStore {
  /**
   * Runs `work`, which reads and waits for nothing, as soon as no other program is in its way.
   * @throws BackendUnavailableError
   */
  read<T>(work: () => T): Promise<T>;
  /**
   * Runs `work`, which waits for nothing, as one transaction: all of it is kept, or none.
   * @param options `frees` is true of what deletes: it works on a full disk too.
   * @throws BackendUnavailableError, DiskFullError
   */
  write<T>(work: () => T, options?: { readonly frees?: boolean }): Promise<T>;
  /**
   * Opens the embeddings of one version of a model.
   * @param usable the versions whose faces are of use: `remove` clears the others away.
   * @throws The store's own errors, which `read` turns into BackendUnavailableError; so do all methods of `VersionEmbeddings`.
   */
  ofVersion(version: string, usable: readonly string[]): VersionEmbeddings;
}

/** The embeddings of one version of a model. Every method throws the store's own errors, which `read` and `write` turn into ours. */
export interface VersionEmbeddings {
  /** Returns a mark that is another one once another process may have changed something. @throws See above. */
  mark(): unknown;
  /** Adds a face; nothing changes where its image has one already. @throws See above. */
  add(face: GalleryFace, embedding: Float32Array): void;
  /** Removes an image's face of this version, and of versions of no use; returns this version's id, if any. @throws See above. */
  remove(imageId: string): number | undefined;
  /** Reads the rows after an id, by rising id. @throws See above. */
  since(faceId: number): Iterable<EmbeddingRow>;
  /** Reads a worker's share. @throws See above. */
  rows(share: Omit<Share, 'version'>): Iterable<EmbeddingRow>;
  /** Names the place where another thread reads shares; `undefined` where there is none. @throws See above. */
  readerPlace(): ReaderPlace | undefined;
  /** Returns every face's id. @throws See above. */
  ids(): number[];
  /** Counts the faces whose id is at most this; all without it. @throws See above. */
  count(upToId?: number): number;
  /** Returns the largest id of all versions' faces; 0 where there is none. @throws See above. */
  lastId(): number;
  /** Returns the face of an id, of whatever version. @throws See above. */
  face(faceId: number): GalleryFace | undefined;
  /** Returns the id of an image's face. @throws See above. */
  idOf(imageId: string): number | undefined;
  /** Returns the owners of all faces, by rising id. @throws See above. */
  owners(): FaceOwner[];
  /** Returns those of the images' faces that there are. @throws See above. */
  among(imageIds: readonly string[]): EmbeddedFace[];
}

/** Returns the numbers of a row. Its place in memory need not be a multiple of 4: slice() moves it to one that is. */
export function floatsOf(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}
