/**
 * Worker for the tests: searches a gallery until it is told to stop. It counts the answers whose distance is
 * right for their face, and the others.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { SharedGallery } from '../../../../lib/faces/engine/search/gallery-memory.ts';
import { searchGallery } from '../../../../lib/faces/engine/search/search.ts';

/** Reads the embedding of a face where the test's faces are: on a circle, `id` steps from the probe. */
function embeddingOf(faceId: number): Float32Array {
  const angle = ((faceId % 1000) / 1000) * (Math.PI / 2);
  return new Float32Array(512).fill(Math.cos(angle), 0, 256).fill(Math.sin(angle), 256);
}

const { shared, state } = workerData as { shared: SharedGallery; state: Int32Array };
const probe = new Float32Array(512).fill(1, 0, 256);
let right = 0;
let wrong = 0;
parentPort?.postMessage('searching');
do {
  for (const { faceId, distance } of searchGallery(
    { ...shared, embeddingOf },
    [probe],
    'angular',
    1,
  ).flat()) {
    // A quarter of a circle is an angular distance of 1/2.
    if (Math.abs(distance - (faceId % 1000) / 2000) < 1e-3) right++;
    else wrong++;
  }
} while (Atomics.load(state, 0) === 0);
parentPort?.postMessage({ right, wrong });
