import { createSharedMemory, kernelOn, pageSize, type SharedMemory } from './search-kernel.ts';

/**
 * One model's enrolled faces in memory that every thread sees. One thread alone writes a row; it is in use where its id is not 0.
 *
 * A face is kept twice: its embedding as the model gave it, by which distances are measured, and its *codes*, a quarter of the size, by
 * which the search rules most rows out without reading their embeddings (see search.ts). With `u` the embedding scaled to length 1,
 * `u[i]` is about `step * code[i]`, and the length of what that leaves of `u` is at most `error`.
 *
 * The codes lie in the memory of the kernel, from byte 64 on, row after row: id (int32), step, error, length of the embedding (float32
 * each), and a code (int8) for each dimension, filled up with zeros to a multiple of 32.
 */
export interface SharedGallery {
  readonly dimensions: number;
  /** Its first number (int32) is how many rows were ever used. */
  readonly memory: SharedMemory;
  /** `memory`, as large as it was when this object was made. */
  readonly words: Int32Array;
  /** The embeddings, `rowsPerSegment` in each. */
  readonly segments: readonly Float32Array[];
}

export const rowsPerSegment = 4096;
/** Bytes. */
const firstRow = 64;
const headSize = 16;

/** The bytes of a row's codes. */
export function codesSize(dimensions: number): number {
  return 32 * Math.ceil(dimensions / 32);
}

function pagesFor(dimensions: number, segments: number): number {
  const rows = segments * rowsPerSegment;
  return Math.ceil((firstRow + rows * (headSize + codesSize(dimensions))) / pageSize);
}

function createSegment(dimensions: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(4 * rowsPerSegment * dimensions));
}

/** Room for `rowsPerSegment` faces of at most 2,048 dimensions, all rows free. */
export function createSharedGallery(dimensions: number): SharedGallery {
  const memory = createSharedMemory(pagesFor(dimensions, 1));
  return { dimensions, memory, words: new Int32Array(memory.buffer), segments: [createSegment(dimensions)] };
}

/** The same gallery with room for `rowsPerSegment` faces more. Nothing is copied: whoever holds the old object sees the same rows. */
export function enlargeGallery({ dimensions, memory, segments }: SharedGallery): SharedGallery {
  const pages = memory.buffer.byteLength / pageSize;
  memory.grow(Math.max(0, pagesFor(dimensions, segments.length + 1) - pages));
  return {
    dimensions,
    memory,
    words: new Int32Array(memory.buffer),
    segments: [...segments, createSegment(dimensions)],
  };
}

/** How many rows there is room for. */
export function capacityOf({ segments }: SharedGallery): number {
  return segments.length * rowsPerSegment;
}

/** How many rows were ever used. */
export function rowsUsed({ words }: SharedGallery): number {
  return Atomics.load(words, 0);
}

/** Counts so many rows as used, before they are written: several threads may then write rows, each its own. */
export function useRows({ words }: SharedGallery, rows: number): void {
  Atomics.store(words, 0, rows);
}

/** Where a row begins in the kernel's memory. */
export function rowStart({ dimensions }: SharedGallery, row: number): number {
  return firstRow + row * (headSize + codesSize(dimensions));
}

/** The id of a row's face, never given twice; 0 where the row is free. */
export function faceIdAt(gallery: SharedGallery, row: number): number {
  return Atomics.load(gallery.words, rowStart(gallery, row) / 4);
}

/**
 * Puts a face into a row. A search that reads the row meanwhile sees its id change, and so never gives one face's distance to
 * another.
 */
export function writeRow(gallery: SharedGallery, row: number, faceId: number, embedding: Float32Array): void {
  const { dimensions, memory, words, segments } = gallery;
  const kernel = kernelOn(memory);
  clearRow(gallery, row);
  const source = new Float32Array(kernel.memory.buffer, 0, codesSize(dimensions));
  source.set(embedding);
  source.fill(0, dimensions);
  const segment = segments[Math.floor(row / rowsPerSegment)] as Float32Array;
  segment.set(embedding, (row % rowsPerSegment) * dimensions);
  const start = rowStart(gallery, row);
  kernel.encode(start, codesSize(dimensions), 0);
  Atomics.store(words, start / 4, faceId);
  if (row >= rowsUsed(gallery)) Atomics.store(words, 0, row + 1);
}

/** Takes the face out of a row. */
export function clearRow(gallery: SharedGallery, row: number): void {
  Atomics.store(gallery.words, rowStart(gallery, row) / 4, 0);
}
