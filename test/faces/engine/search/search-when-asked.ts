/** Worker for the tests: answers each message, a gallery and some probes, with the faces equal to them. */
import { parentPort } from 'node:worker_threads';
import type { SharedGallery } from '../../../../lib/faces/engine/search/gallery-memory.ts';
import { searchGallery } from '../../../../lib/faces/engine/search/search.ts';

interface Question {
  readonly gallery: SharedGallery;
  readonly embeddings: ReadonlyMap<number, Float32Array>;
  readonly probes: readonly Float32Array[];
}

parentPort?.on('message', ({ gallery, embeddings, probes }: Question) => {
  const searchable = { ...gallery, embeddingOf: (faceId: number) => embeddings.get(faceId) };
  parentPort?.postMessage(searchGallery(searchable, probes, 'cosine', 1e-6));
});
