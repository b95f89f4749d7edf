/** A thread that loads a part of a gallery and ends. */
import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';
import { type LoadTask, loadRows, loadStates } from './load-rows.ts';

const { path, gallery, rows, state } = workerData as LoadTask;
let reached = loadStates.failed;
try {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  loadRows(database, gallery, rows);
  database.close();
  reached = loadStates.done;
} finally {
  Atomics.store(state, 0, reached);
  Atomics.notify(state, 0);
}
