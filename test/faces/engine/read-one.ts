/** Store for the tests: its only embedding is its location, as JSON. */
import type { EmbeddingReader } from '../../../lib/faces/engine/search/embedding-store.ts';

export function openReader(location: string): EmbeddingReader {
  const embedding = Float32Array.from(JSON.parse(location) as number[]);
  return {
    rows: () => [],
    embedding: () => embedding,
    asOneMoment: (work) => work(),
    [Symbol.dispose]: () => undefined,
  };
}
