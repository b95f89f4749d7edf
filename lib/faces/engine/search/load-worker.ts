/** A thread that loads a part of a gallery and ends. */
import { workerData } from 'node:worker_threads';
import { connect } from '../../../records/sqlite/connection.ts';
import { type LoadTask, loadRows, loadStates } from './load-rows.ts';

const { path, gallery, rows, state } = workerData as LoadTask;
let reached = loadStates.failed;
try {
  const database = connect(path, { readOnly: true });
  loadRows(database, gallery, rows);
  database.close();
  reached = loadStates.done;
} finally {
  Atomics.store(state, 0, reached);
  Atomics.notify(state, 0);
}
