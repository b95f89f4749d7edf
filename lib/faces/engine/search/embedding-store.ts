import type { Box } from '../../../contract/shapes.ts';
import type { FaceOwner } from '../../face.ts';

/** An enrolled face of one version of a model. */
export interface GalleryFace extends FaceOwner {
  readonly box: Box;
}

export interface EmbeddedFace extends GalleryFace {
  readonly embedding: Float32Array;
}

/** A stored face: its id, its entry's id, and the code that the search needs, see `gallery-memory.ts`. */
export type CodeRow = readonly [faceId: number, entryId: number, code: Uint8Array];

/** A stored face whose code may be absent; then its embedding is there, as the bytes of float32 numbers. */
export type FaceRow = readonly [
  faceId: number,
  entryId: number,
  code: Uint8Array | null,
  embedding: Uint8Array | null,
];

/** Faces of one version whose ids lie in a range, by rising id. */
export interface Share {
  readonly version: string;
  readonly afterId: number;
  readonly lastId: number;
  /** Limit on the number of faces. */
  readonly most: number;
}

/** Location from which another thread can read the same embeddings. */
export interface ReaderPlace {
  /** URL of a module that exports `openReader`, see `EmbeddingReader`. */
  readonly module: string;
  /** String that `openReader` takes. */
  readonly location: string;
}

/** Reads faces on a thread of its own. */
export interface EmbeddingReader extends Disposable {
  /**
   * Reads a share's rows that have a code.
   * @throws any error of the store; then the caller reads the rows itself
   */
  rows(share: Share): Iterable<CodeRow>;
  /**
   * Reads a face's embedding; `undefined` if the face is gone.
   * @throws any error of the store
   */
  embedding(faceId: number): Float32Array | undefined;
  /**
   * Runs `work`, which reads many embeddings, as if nobody wrote meanwhile. It takes half the time.
   * @throws any error of the store
   */
  asOneMoment<T>(work: () => T): T;
}

/**
 * A face of a processed picture that nobody matched. Its code may be absent, because an earlier release kept
 * it.
 */
export type KeptFaceRow = readonly [id: number, processedId: number, code: Uint8Array | null];

/** Numbers that a kept face is compared by, and its place in its picture. */
export interface KeptFaceNumbers {
  readonly faceIndex: number;
  readonly embedding: Float32Array;
}

/** Reads kept faces on a thread of its own. */
export interface KeptFaceReader extends Disposable {
  /**
   * Reads one reader's share of the faces of one version that were kept since a time, in milliseconds since
   * 1970.
   * @throws any error of the store
   */
  rows(version: string, since: number, share: KeptShare): Iterable<KeptFaceRow>;
  /**
   * Reads a face of `rows`; `undefined` if it is gone.
   * @throws any error of the store
   */
  face(id: number): KeptFaceNumbers | undefined;
}

/** A part of the kept faces: `index` counts from 0, and every face is in one of `of` parts. */
export interface KeptShare {
  readonly index: number;
  readonly of: number;
}

/** The embeddings of unmatched faces, which the records keep with their pictures. */
export interface KeptFaces extends Pick<KeptFaceReader, 'rows' | 'face'> {
  /**
   * Names a module that exports `openKeptFaces`, and its argument; `undefined` if no other thread can read.
   * @throws the store's own errors
   */
  readerPlace(): ReaderPlace | undefined;
  /**
   * Counts the faces since a time: those of the version, and all.
   * @throws BackendUnavailableError
   */
  count(version: string, since: number): Promise<{ own: number; total: number; pictures: number }>;
}

/** Which images are listed. */
export interface ImagesPage {
  /** Id after which the next images' first faces come. */
  readonly afterId: number;
  readonly most: number;
  readonly versions: readonly string[];
  /** Versions of all of which a current image has a face. */
  readonly current: readonly string[];
}

/** An image that has a face. */
export interface EnrolledImage extends FaceOwner {
  /** Id of its first face. */
  readonly faceId: number;
  readonly isCurrent: boolean;
}

/**
 * Stores the embeddings of enrolled faces. The store is authoritative; the engine's memory is a copy. A
 * face's id is above 0 and grows, and no id is used twice. Call the synchronous methods only within `read` or
 * `write`.
 * @example
 * const faces = await store.read(() => store.ofVersion('fusion-2', ['fusion-2']));
 * await store.write(() => faces.add({ entryId: 7, imageId: 'a', box }, embedding, code));
 */
export interface EmbeddingStore {
  /**
   * Runs `work`, which must be synchronous and only read, as soon as no other program blocks it.
   * @throws BackendUnavailableError
   */
  read<T>(work: () => T): Promise<T>;
  /**
   * Runs `work`, which must be synchronous, as one transaction: all of it is kept, or nothing.
   * @param options `frees` is true for deletions, which also work on a full disk
   * @throws BackendUnavailableError, DiskFullError
   */
  write<T>(work: () => T, options?: { readonly frees?: boolean }): Promise<T>;
  /**
   * Opens the embeddings of one version of a model.
   * @param usable the versions whose faces can still be matched; `remove` deletes those of other versions
   * @throws the store's own errors, which `read` turns into BackendUnavailableError
   */
  ofVersion(version: string, usable: readonly string[]): VersionEmbeddings;
  /**
   * Tells if codes may be absent, because an earlier release stored the faces. Call it within `read`.
   * @throws the store's own errors
   */
  lacksCodes(): boolean;
  /**
   * Adds the next codes that are absent, because an earlier release stored the faces. Call it within `write`.
   * @param codeOf computes the code of an embedding
   * @returns true if more can be added; false also if the disk has little room
   * @throws the store's own errors
   */
  addCodes(codeOf: (embedding: Float32Array) => Uint8Array): boolean;
  /**
   * Lists the next images that have a face of one of the versions, each once. Call it within `read`.
   * @throws the store's own errors
   */
  images(page: ImagesPage): EnrolledImage[];
  /** Faces of processed pictures, if the records keep them in the same store. */
  readonly kept?: KeptFaces;
}

/**
 * Embeddings of one version of a model. Every method throws the store's own errors, which `read` and `write`
 * turn into ours.
 */
export interface VersionEmbeddings {
  /**
   * Returns a mark that differs once another process may have changed something.
   * @throws the store's own errors
   */
  mark(): unknown;
  /**
   * Adds a face; does nothing if its image has one already.
   * @throws the store's own errors
   */
  add(face: GalleryFace, embedding: Float32Array, code: Uint8Array): void;
  /**
   * Removes an image's face of this version, and of versions that can't be matched any more.
   * @returns the id of the face of this version, if there was one
   * @throws the store's own errors
   */
  remove(imageId: string): number | undefined;
  /**
   * Reads the rows after an id, by rising id.
   * @throws the store's own errors
   */
  since(faceId: number): Iterable<FaceRow>;
  /**
   * Reads the rows without a code, up to an id.
   * @throws the store's own errors
   */
  codeless(lastId: number): Iterable<FaceRow>;
  /**
   * Reads a worker's share.
   * @throws the store's own errors
   */
  rows(share: Omit<Share, 'version'>): Iterable<CodeRow>;
  /**
   * Names the location from which other threads read shares, and the embeddings that a search compares.
   * @throws the store's own errors
   */
  readerPlace(): ReaderPlace;
  /**
   * Returns every face's id.
   * @throws the store's own errors
   */
  ids(): number[];
  /**
   * Counts the faces, all or those whose id is at most `upToId`.
   * @throws the store's own errors
   */
  count(upToId?: number): number;
  /**
   * Returns the largest id of all versions' faces; 0 if there are none.
   * @throws the store's own errors
   */
  lastId(): number;
  /**
   * Returns the face of an id, of any version.
   * @throws the store's own errors
   */
  face(faceId: number): GalleryFace | undefined;
  /**
   * Returns the id of an image's face.
   * @throws the store's own errors
   */
  idOf(imageId: string): number | undefined;
  /**
   * Returns the faces of those images that have one.
   * @throws the store's own errors
   */
  among(imageIds: readonly string[]): EmbeddedFace[];
}

/**
 * Returns the numbers of a row. `slice` copies bytes that do not begin at a multiple of 4, as `Float32Array`
 * requires.
 */
export function floatsOf(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

/** Returns the bytes of a row from its numbers, without a copy. */
export function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
