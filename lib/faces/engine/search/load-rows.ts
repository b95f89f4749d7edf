import { Worker } from 'node:worker_threads';
import type { CodeRow, ReaderPlace, Share } from './embedding-store.ts';
import { type SharedGallery, writeRow } from './gallery-memory.ts';

/** Writes faces into rows from `firstRow` on, which nobody else may write. */
export function loadRows(rows: Iterable<CodeRow>, gallery: SharedGallery, firstRow: number): void {
  let row = firstRow;
  for (const [faceId, entryId, code] of rows) writeRow(gallery, row++, { faceId, entryId }, code);
}

/** Work of another thread that loads rows. */
export interface LoadTask {
  readonly place: ReaderPlace;
  readonly gallery: SharedGallery;
  readonly share: Share;
  readonly firstRow: number;
  /** State, one number: 0 while it works, then one of `loadStates`. */
  readonly state: Int32Array;
}

export const loadStates = { done: 1, failed: 2 };

/** Limit in milliseconds, far longer than loading takes. */
const timeoutMs = 120_000;

/**
 * Loads rows on another thread. The function that it returns waits for that thread without a turn of the
 * event loop, and returns true if it succeeded. That function throws an Error if the thread does not end.
 */
export function loadRowsBeside(
  place: ReaderPlace,
  gallery: SharedGallery,
  share: Share,
  firstRow: number,
): () => boolean {
  const state = new Int32Array(new SharedArrayBuffer(4));
  const task: LoadTask = { place, gallery, share, firstRow, state };
  const worker = new Worker(new URL('./load-worker.ts', import.meta.url), { workerData: task });
  // The failure is reported by the state.
  worker.on('error', () => undefined);
  worker.unref();
  return () => {
    if (Atomics.wait(state, 0, 0, timeoutMs) === 'timed-out') throw new Error('The gallery does not load.');
    return Atomics.load(state, 0) === loadStates.done;
  };
}
