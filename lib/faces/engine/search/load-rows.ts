import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { type SharedGallery, writeRow } from './gallery-memory.ts';

/** Faces of a model version whose ids lie in a range, and the row of the first of them; the others follow. */
export interface RowsToLoad {
  readonly version: string;
  readonly afterId: number;
  readonly lastId: number;
  readonly firstRow: number;
  /** Faces beyond so many are left out. */
  readonly maxRows: number;
}

/** Writes faces of the database into rows that nobody else writes; returns how many it found. */
export function loadRows(database: DatabaseSync, gallery: SharedGallery, rows: RowsToLoad): number {
  const select = database.prepare(
    'SELECT id, embedding FROM faces WHERE model = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?',
  );
  // A million rows are read in half the time without an object for each.
  select.setReturnArrays(true);
  let row = rows.firstRow;
  for (const values of select.iterate(rows.version, rows.afterId, rows.lastId, rows.maxRows)) {
    const [id, embedding] = values as unknown as [number, Uint8Array];
    writeRow(gallery, row++, id, floatsOf(embedding));
  }
  return row - rows.firstRow;
}

/** The numbers of a blob. Its place in memory need not be a multiple of 4: slice() moves it to one that is. */
export function floatsOf(blob: Uint8Array): Float32Array {
  const { buffer, byteOffset, byteLength } = blob.byteOffset % 4 === 0 ? blob : blob.slice();
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

/** What another thread needs to load rows. */
export interface LoadTask {
  readonly path: string;
  readonly gallery: SharedGallery;
  readonly rows: RowsToLoad;
  /** One number: 0 while it works, then one of `loadStates`. */
  readonly state: Int32Array;
}

export const loadStates = { done: 1, failed: 2 };

/** Far longer than it takes. */
const timeoutMs = 120_000;

/**
 * Loads rows on a thread of its own, beside this one. What it returns waits for that, without a turn of the event loop, and tells whether
 * all went well; it throws when the thread does not end.
 */
export function loadRowsBeside(path: string, gallery: SharedGallery, rows: RowsToLoad): () => boolean {
  const state = new Int32Array(new SharedArrayBuffer(4));
  const task: LoadTask = { path, gallery, rows, state };
  const worker = new Worker(new URL('./load-worker.ts', import.meta.url), { workerData: task });
  // What went wrong is told by the state.
  worker.on('error', () => undefined);
  worker.unref();
  return () => {
    if (Atomics.wait(state, 0, 0, timeoutMs) === 'timed-out') throw new Error('The gallery does not load.');
    return Atomics.load(state, 0) === loadStates.done;
  };
}
