/** Worker for the tests: answers each message, a gallery and some probes, with the faces equal to them. */
import { parentPort } from 'node:worker_threads';
import type { SharedGallery } from '../../../../lib/faces/engine/search/gallery-memory.ts';
import { searchGallery } from '../../../../lib/faces/engine/search/search.ts';

parentPort?.on('message', ({ gallery, probes }: { gallery: SharedGallery; probes: Float32Array[] }) => {
  parentPort?.postMessage(searchGallery(gallery, probes, 'cosine', 1e-6));
});
