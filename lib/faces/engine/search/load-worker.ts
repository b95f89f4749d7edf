/** Thread that loads a part of a gallery and ends. */
import { workerData } from 'node:worker_threads';
import type { EmbeddingReader } from './embedding-store.ts';
import { type LoadTask, loadRows, loadStates } from './load-rows.ts';

const { place, gallery, share, firstRow, state } = workerData as LoadTask;
let reached = loadStates.failed;
try {
  const { openReader } = (await import(place.module)) as {
    openReader: (location: string) => EmbeddingReader;
  };
  using reader = openReader(place.location);
  loadRows(reader.rows(share), gallery, firstRow);
  reached = loadStates.done;
} finally {
  Atomics.store(state, 0, reached);
  Atomics.notify(state, 0);
}
