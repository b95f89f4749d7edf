import { createSharedMemory, kernelOn, pageSize, type SharedMemory } from './search-kernel.ts';

/**
 * One model's enrolled faces, in memory that every thread sees. Only one thread writes a row; the row is in
 * use if its id is not 0.
 *
 * Each face is stored twice. Its embedding, as the model gave it, serves to measure distances. Its *codes*, a
 * quarter of the size, let the search rule most rows out without reading their embeddings (see search.ts).
 * With `u` the embedding scaled to length 1, `u[i]` is about `step * code[i]`; the length of the remainder is
 * at most `error`.
 *
 * The codes lie in the kernel's memory, from byte 64 on, row after row. A row has its id (int32), its step,
 * its error and the length of its embedding (float32 each). Then comes a code (int8) for each dimension,
 * padded with zeros to a multiple of 32.
 */
export interface SharedGallery {
  readonly dimensions: number;
  /** Memory of the kernel; its first number (int32) counts the rows that were ever used. */
  readonly memory: SharedMemory;
  /** View of `memory`, as large as it was when this object was made. */
  readonly words: Int32Array;
  /** Embeddings, `rowsPerSegment` in each segment. */
  readonly segments: readonly Float32Array[];
  /**
   * Ids of the rows' entries, in segments too. They are 64-bit numbers, because an entry's id may be any safe
   * integer.
   */
  readonly entries: readonly Float64Array[];
}

/** A face of a row. */
export interface RowFace {
  /** Id above 0 that is never used twice. */
  readonly faceId: number;
  readonly entryId: number;
}

export const rowsPerSegment = 4096;
/** Start of the first row, in bytes. */
const firstRow = 64;
const headSize = 16;

/** Computes the bytes of a row's codes. */
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

function createEntries(): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * rowsPerSegment));
}

/** Makes a gallery with room for `rowsPerSegment` faces of at most 2,048 dimensions; all rows are free. */
export function createSharedGallery(dimensions: number): SharedGallery {
  const memory = createSharedMemory(pagesFor(dimensions, 1));
  return {
    dimensions,
    memory,
    words: new Int32Array(memory.buffer),
    segments: [createSegment(dimensions)],
    entries: [createEntries()],
  };
}

/**
 * Makes room for `rowsPerSegment` more faces in the same gallery. Nothing is copied: the old object shows the
 * same rows.
 */
export function enlargeGallery({ dimensions, memory, segments, entries }: SharedGallery): SharedGallery {
  const pages = memory.buffer.byteLength / pageSize;
  memory.grow(Math.max(0, pagesFor(dimensions, segments.length + 1) - pages));
  return {
    dimensions,
    memory,
    words: new Int32Array(memory.buffer),
    segments: [...segments, createSegment(dimensions)],
    entries: [...entries, createEntries()],
  };
}

/** Returns the number of rows that there is room for. */
export function capacityOf({ segments }: SharedGallery): number {
  return segments.length * rowsPerSegment;
}

/** Returns the number of rows that were ever used. */
export function rowsUsed({ words }: SharedGallery): number {
  return Atomics.load(words, 0);
}

/** Counts rows as used before they are written, so that several threads can write rows, each its own. */
export function useRows({ words }: SharedGallery, rows: number): void {
  Atomics.store(words, 0, rows);
}

/** Returns the start of a row in the kernel's memory, in bytes. */
export function rowStart({ dimensions }: SharedGallery, row: number): number {
  return firstRow + row * (headSize + codesSize(dimensions));
}

/** Returns the id of a row's face, or 0 if the row is free. */
export function faceIdAt(gallery: SharedGallery, row: number): number {
  return Atomics.load(gallery.words, rowStart(gallery, row) / 4);
}

/**
 * Writes a face into a row. A search that reads the row meanwhile sees its id change, so it never reports the
 * distance of another face.
 */
export function writeRow(
  gallery: SharedGallery,
  row: number,
  { faceId, entryId }: RowFace,
  embedding: Float32Array,
): void {
  const { dimensions, memory, words, segments, entries } = gallery;
  const kernel = kernelOn(memory);
  clearRow(gallery, row);
  const source = new Float32Array(kernel.memory.buffer, 0, codesSize(dimensions));
  source.set(embedding);
  source.fill(0, dimensions);
  const segment = Math.floor(row / rowsPerSegment);
  const place = row % rowsPerSegment;
  (segments[segment] as Float32Array).set(embedding, place * dimensions);
  (entries[segment] as Float64Array)[place] = entryId;
  const start = rowStart(gallery, row);
  kernel.encode(start, codesSize(dimensions), 0);
  Atomics.store(words, start / 4, faceId);
  if (row >= rowsUsed(gallery)) Atomics.store(words, 0, row + 1);
}

/** Removes the face from a row. */
export function clearRow(gallery: SharedGallery, row: number): void {
  Atomics.store(gallery.words, rowStart(gallery, row) / 4, 0);
}
