import type { ReaderPlace } from './embedding-store.ts';
import { createSharedMemory, kernelOn, pageSize, type SharedMemory } from './search-kernel.ts';

/**
 * One model's enrolled faces, in memory that every thread sees. Only one thread writes a row; the row is in
 * use if its id is not 0.
 *
 * Memory has only each face's *code*, a quarter of its embedding's size. It lets the search rule most rows
 * out (see search.ts). The embeddings, which distances are measured with, stay in the store. With `u` the
 * embedding scaled to length 1, `u[i]` is about `step * number[i]`; the length of the remainder is at most
 * `error`.
 *
 * The rows lie in the kernel's memory, from byte 64 on. A row has its id (int32) and its code: step, error
 * and the length of the embedding (float32 each), then a number (int8) for each dimension, padded with zeros
 * to a multiple of 32. The store keeps codes too: whoever changes them must have the stored ones removed.
 */
export interface SharedGallery {
  readonly dimensions: number;
  /** Location of the embeddings; `undefined` if the search is told how to read them. */
  readonly place: ReaderPlace | undefined;
  /** Memory of the kernel; its first number (int32) counts the rows that were ever used. */
  readonly memory: SharedMemory;
  /** View of `memory`, as large as it was when this object was made. */
  readonly words: Int32Array;
  /**
   * Ids of the rows' entries, `rowsPerSegment` in each segment. They are 64-bit numbers, because an entry's
   * id may be any safe integer.
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
const idSize = 4;
const headSize = 16;

/** Computes the bytes of a row's numbers. */
export function codesSize(dimensions: number): number {
  return 32 * Math.ceil(dimensions / 32);
}

/** Computes the bytes of a face's code. */
export function codeSize(dimensions: number): number {
  return headSize - idSize + codesSize(dimensions);
}

function pagesFor(dimensions: number, segments: number): number {
  const rows = segments * rowsPerSegment;
  return Math.ceil((firstRow + rows * (headSize + codesSize(dimensions))) / pageSize);
}

function createEntries(): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * rowsPerSegment));
}

/** Makes a gallery with room for `rowsPerSegment` faces of at most 2,048 dimensions; all rows are free. */
export function createSharedGallery(dimensions: number, place?: ReaderPlace): SharedGallery {
  const memory = createSharedMemory(pagesFor(dimensions, 1));
  return { dimensions, place, memory, words: new Int32Array(memory.buffer), entries: [createEntries()] };
}

/**
 * Makes room for `rowsPerSegment` more faces in the same gallery. Nothing is copied: the old object shows the
 * same rows.
 */
export function enlargeGallery({ dimensions, place, memory, entries }: SharedGallery): SharedGallery {
  const pages = memory.buffer.byteLength / pageSize;
  memory.grow(Math.max(0, pagesFor(dimensions, entries.length + 1) - pages));
  const words = new Int32Array(memory.buffer);
  return { dimensions, place, memory, words, entries: [...entries, createEntries()] };
}

/** Returns the number of rows that there is room for. */
export function capacityOf({ entries }: SharedGallery): number {
  return entries.length * rowsPerSegment;
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

/** Reads the id of a row's entry; it is that of a face's entry if the face is in the row before and after. */
export function entryIdAt({ entries }: SharedGallery, row: number): number {
  return (entries[Math.floor(row / rowsPerSegment)] as Float64Array)[row % rowsPerSegment] as number;
}

/** Memory of one row, for the computation of codes. */
const oneRow = createSharedMemory(1, 1);

/** Computes the code of an embedding of at most 2,048 dimensions. */
export function codeOf(embedding: Float32Array): Uint8Array {
  const codes = codesSize(embedding.length);
  const kernel = kernelOn(oneRow);
  const source = new Float32Array(kernel.memory.buffer, 0, codes);
  source.set(embedding);
  source.fill(0, embedding.length);
  // An embedding without a direction has no numbers, and must not get those of the face before it.
  const row = bytesOf(oneRow).fill(0, 0, headSize + codes);
  kernel.encode(0, codes, 0);
  return Uint8Array.from(row.subarray(idSize, headSize + codes));
}

/**
 * Writes a face into a row. A search that reads the row meanwhile sees its id change, so it never reports the
 * distance of another face.
 * @throws RangeError for the code of another model
 */
export function writeRow(
  gallery: SharedGallery,
  row: number,
  { faceId, entryId }: RowFace,
  code: Uint8Array,
): void {
  const { dimensions, memory, words, entries } = gallery;
  if (code.length !== codeSize(dimensions))
    throw new RangeError(`The code of face ${faceId} is not one of ${dimensions} dimensions.`);
  clearRow(gallery, row);
  (entries[Math.floor(row / rowsPerSegment)] as Float64Array)[row % rowsPerSegment] = entryId;
  const start = rowStart(gallery, row);
  bytesOf(memory).set(code, start + idSize);
  Atomics.store(words, start / 4, faceId);
  if (row >= rowsUsed(gallery)) Atomics.store(words, 0, row + 1);
}

const views = new WeakMap<SharedArrayBuffer, Uint8Array>();

/** Returns a view of a memory's bytes; a new one for each row would take most of the time of its writing. */
function bytesOf({ buffer }: SharedMemory): Uint8Array {
  const view = views.get(buffer) ?? new Uint8Array(buffer);
  views.set(buffer, view);
  return view;
}

/** Removes the face from a row. */
export function clearRow(gallery: SharedGallery, row: number): void {
  Atomics.store(gallery.words, rowStart(gallery, row) / 4, 0);
}
