/**
 * Worker for the tests: opens each database file at the very moment when the others open it. Then it reports
 * the result.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';

const { paths, workers, arrivals } = workerData as { paths: string[]; workers: number; arrivals: Int32Array };

for (const [round, path] of paths.entries()) {
  Atomics.add(arrivals, round, 1);
  while (Atomics.load(arrivals, round) < workers);
  (await openDatabase(path)).close();
}
parentPort?.postMessage('opened all');
