/** Thread that searches a share of the kept faces and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import type { KeptFaceReader } from './embedding-store.ts';
import { compareKept, type KeptTask } from './kept-faces.ts';

const { place, search, share } = workerData as KeptTask;
const { openKeptFaces } = (await import(place.module)) as {
  openKeptFaces: (location: string) => KeptFaceReader;
};
using reader = openKeptFaces(place.location);
parentPort?.postMessage(compareKept(reader, search, share));
