import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type EmbeddingModel,
  modelsWith,
  otherVersions,
} from '../../../../lib/faces/engine/models/models.ts';
import { codeOf, type SharedGallery } from '../../../../lib/faces/engine/search/gallery-memory.ts';
import { ModelGallery } from '../../../../lib/faces/engine/search/model-gallery.ts';
import { searchGallery } from '../../../../lib/faces/engine/search/search.ts';
import { openDatabase } from '../../../../lib/records/sqlite/database.ts';
import { openSqliteEmbeddings } from '../../../../lib/records/sqlite/embeddings.ts';

const current = modelsWith().get('Fusion') as EmbeddingModel;
const [other] = otherVersions('Fusion', current);
const wanted = { metric: 'cosine', threshold: 0.3, candidates: 3 } as const;

function embedding({ dimensions }: EmbeddingModel): Float32Array {
  return Float32Array.from({ length: dimensions }, (_, index) => Math.sin(index + 1));
}

test.each([
  ['that moved meanwhile from another version to the one in use', other as EmbeddingModel, true],
  ['that was enrolled meanwhile', current, false],
])('a search is repeated for a face %s', async (_, version, moves) => {
  const folder = await mkdtemp(join(tmpdir(), 'model-gallery-'));
  const database = await openDatabase(join(folder, 'faces.sqlite'));
  try {
    const store = openSqliteEmbeddings(database);
    const face = { entryId: 1, imageId: 'image-1', box: { x: 1, y: 2, w: 3, h: 4 } };
    const probe = embedding(version);
    store.ofVersion(version.version, []).add(face, probe, codeOf(probe));
    const memories = new Map<string, SharedGallery>();
    const usable = [current, other as EmbeddingModel].map((one) => one.version);
    const share = (embedder: string, shared: SharedGallery) => memories.set(embedder, shared);
    const gallery = new ModelGallery(store, 'Fusion', current, share, usable);
    gallery.refresh();
    const searches = gallery.searches(wanted);
    expect(searches.map(({ embedder }) => embedder)).toContain(version.embedder);
    // The search's view of the store does not have the face, which memory has.
    const hits = searches.map(({ embedder, metric, threshold, candidates }) => {
      if (embedder !== version.embedder) return [];
      const shared = memories.get(embedder) as SharedGallery;
      const searched = { ...shared, embeddingOf: () => undefined };
      return searchGallery(searched, [probe], metric, threshold, candidates)[0] ?? [];
    });
    expect(hits.flat()).toMatchObject([{ entryId: 1, distance: Number.POSITIVE_INFINITY }]);
    if (moves) gallery.insert(face, embedding(current))();
    expect(gallery.found(searches, hits, wanted)).toEqual({ neighbours: [], isOutdated: true });
  } finally {
    database.close();
    await rm(folder, { recursive: true });
  }
});
