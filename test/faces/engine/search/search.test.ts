import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DistanceMetric, distanceMetrics } from '../../../../lib/contract/vocabulary.ts';
import { embeddingModels } from '../../../../lib/faces/engine/models/models.ts';
import { distanceOf, lengthOf } from '../../../../lib/faces/engine/search/distance.ts';
import {
  clearRow,
  codeOf,
  createSharedGallery,
  writeRow,
} from '../../../../lib/faces/engine/search/gallery-memory.ts';
import { type SearchableGallery, searchGallery } from '../../../../lib/faces/engine/search/search.ts';
import { galleryOf } from './listed.ts';

const dimensions = 8;
/** Embeddings of 32-bit numbers that have a direction. */
const embedding = fc
  .float32Array({ minLength: dimensions, maxLength: dimensions, min: -10, max: 10, noNaN: true })
  .filter((vector) => lengthOf(vector) > 0.5);

/** Computes a distance by the metric's definition. */
function plainDistance(metric: DistanceMetric, one: Float32Array, other: Float32Array): number {
  const dot = (u: readonly number[], v: readonly number[]) =>
    u.reduce((sum, value, index) => sum + value * (v[index] as number), 0);
  const length = (u: readonly number[]) => Math.sqrt(dot(u, u));
  const between = (u: readonly number[], v: readonly number[]) =>
    length(u.map((value, index) => value - (v[index] as number)));
  const unit = (u: readonly number[]) => u.map((value) => value / length(u));
  const [u, v] = [[...one], [...other]];
  const cosine = dot(u, v) / (length(u) * length(v));
  switch (metric) {
    case 'cosine':
      return 1 - cosine;
    case 'euclidean':
      return between(u, v);
    case 'euclidean_l2':
      return between(unit(u), unit(v));
    case 'angular':
      return Math.acos(Math.max(-1, Math.min(1, cosine))) / Math.PI;
  }
}

describe('distances', () => {
  test.each([
    [1, 0, 0, 0],
    [0, 1, Math.SQRT2, 0.5],
    [0.5, 0.5, 1, 1 / 3],
    [-1, 2, 2, 1],
  ])('of vectors whose cosine is %f are right in the metrics of the angle', (cosine, ...expected) => {
    const metrics = ['cosine', 'euclidean_l2', 'angular'] as const;
    metrics.forEach((metric, index) => {
      expect(distanceOf(metric, cosine)).toBeCloseTo(expected[index] as number, 12);
    });
  });

  const anyCosine = fc.double({ min: -1, max: 1, noNaN: true });

  test('follow from one another', () => {
    fc.assert(
      fc.property(anyCosine, (value) => {
        const cosine = distanceOf('cosine', value);
        const angular = distanceOf('angular', value);
        const normed = distanceOf('euclidean_l2', value);
        expect(normed).toBeCloseTo(Math.sqrt(2 * cosine), 10);
        expect(angular).toBeCloseTo(Math.acos(1 - cosine) / Math.PI, 6);
        expect(normed).toBeCloseTo(2 * Math.sin((Math.PI * angular) / 2), 6);
      }),
    );
  });

  test('stay in their ranges when rounding takes a cosine beyond 1', () => {
    for (const cosine of [1 + 1e-7, -1 - 1e-7]) {
      expect(distanceOf('cosine', cosine)).toBe(cosine > 0 ? 0 : 2);
      expect(distanceOf('euclidean_l2', cosine)).toBe(cosine > 0 ? 0 : 2);
      expect(distanceOf('angular', cosine)).toBe(cosine > 0 ? 0 : 1);
    }
  });
});

describe('thresholds', () => {
  test('of MobileFaceNet let the same faces through in all four metrics', () => {
    const { cosine, ...others } = embeddingModels.MobileFaceNet.thresholds;
    // These hold for unit vectors.
    expect(others.euclidean).toBeCloseTo(distanceOf('euclidean_l2', 1 - cosine), 4);
    expect(others.euclidean_l2).toBeCloseTo(distanceOf('euclidean_l2', 1 - cosine), 4);
    expect(others.angular).toBeCloseTo(distanceOf('angular', 1 - cosine), 4);
  });

  test("of Dlib are DeepFace's", () => {
    // https://github.com/serengil/deepface/blob/master/deepface/config/threshold.py
    expect(embeddingModels.Dlib.thresholds).toEqual({
      cosine: 0.07,
      euclidean: 0.6,
      euclidean_l2: 0.4,
      angular: 0.12,
    });
  });
});

/** Searches for one probe. */
function search(gallery: SearchableGallery, probe: Float32Array, metric: DistanceMetric, threshold: number) {
  return searchGallery(gallery, [probe], metric, threshold)[0] ?? [];
}

describe('the search', () => {
  /** Error of double precision where the angle's curve is steep, near 0. */
  const tolerance = 1e-6;

  test.each(distanceMetrics)('finds by %s what comparing one by one finds, nearest first', (metric) => {
    const gallery = fc.array(fc.record({ embedding, isRemoved: fc.boolean() }), { maxLength: 40 });
    const threshold = fc.double({ min: 0, max: metric === 'euclidean' ? 40 : 2, noNaN: true });
    fc.assert(
      fc.property(gallery, embedding, threshold, (faces, probe, threshold) => {
        const listed = faces.map((face) => face.embedding);
        const shared = galleryOf(listed, dimensions);
        const distances = new Map<number, number>();
        faces.forEach((face, row) => {
          if (face.isRemoved) clearRow(shared, row);
          else distances.set(row + 1, plainDistance(metric, probe, face.embedding));
        });
        fc.pre([...distances.values()].every((distance) => Math.abs(distance - threshold) > tolerance));

        const hits = search(shared, probe, metric, threshold);
        const near = [...distances].filter(([, distance]) => distance <= threshold);
        expect(new Set(hits.map(({ faceId }) => faceId))).toEqual(new Set(near.map(([faceId]) => faceId)));
        expect(hits).toHaveLength(near.length);
        hits.forEach(({ faceId, distance, cosine }, index) => {
          expect(Math.abs(distance - (distances.get(faceId) ?? Number.NaN))).toBeLessThan(tolerance);
          expect(distance).toBeGreaterThanOrEqual(hits[index - 1]?.distance ?? 0);
          const embedding = faces[faceId - 1]?.embedding as Float32Array;
          expect(cosine).toBeCloseTo(1 - plainDistance('cosine', probe, embedding), 9);
        });
      }),
    );
  });

  test('two long embeddings that hardly differ have their true distance by euclidean', () => {
    const enrolled = Float32Array.of(9.99598503112793, 0, 0, 0, 0, 0, 0, 9.997188568115234);
    const shared = galleryOf([enrolled], dimensions);
    const probe = Float32Array.of(9.994771957397461, 0, 0, 0, 0, 0, 0, 9.995404243469238);
    const [hit] = search(shared, probe, 'euclidean', 0.004);
    expect(hit?.distance).toBeCloseTo(plainDistance('euclidean', probe, enrolled), 15);
    expect(search(shared, enrolled, 'euclidean', 0)).toMatchObject([{ faceId: 1, distance: 0 }]);
  });

  test('a face at the very threshold is a match', () => {
    const shared = galleryOf([Float32Array.of(0, 1, 0, 0)], 4);
    const searchAt = (threshold: number) => search(shared, Float32Array.of(1, 0, 0, 0), 'cosine', threshold);
    expect(searchAt(1)).toEqual([{ faceId: 1, entryId: 1, distance: 1, cosine: 0 }]);
    expect(searchAt(0.999)).toEqual([]);
  });

  test.each(distanceMetrics)(
    'an embedding without a direction is no match by %s, on either side',
    (metric) => {
      const nothing = new Float32Array(4);
      const something = Float32Array.of(1, 2, 3, 4);
      const shared = galleryOf([nothing, something], 4);
      expect(search(shared, nothing, metric, 1e9)).toEqual([]);
      expect(search(shared, something, metric, 1e9).map(({ faceId }) => faceId)).toEqual([2]);
    },
  );

  test('tells of a face that the store has no more, for it may have moved to another gallery', () => {
    const [kept, gone] = [Float32Array.of(1, 0, 0, 0), Float32Array.of(0.9, 0.1, 0, 0)];
    const shared = galleryOf([kept, gone], 4);
    const embeddingOf = (faceId: number) => (faceId === 2 ? undefined : shared.embeddingOf(faceId));
    expect(search(shared, kept, 'cosine', 0.5).map(({ faceId }) => faceId)).toEqual([1, 2]);
    expect(search({ ...shared, embeddingOf }, kept, 'cosine', 0.5)).toMatchObject([
      { faceId: 1, distance: 0 },
      { faceId: 2, entryId: 2, distance: Number.POSITIVE_INFINITY },
    ]);
  });

  test("never gives one face's distance to another while another thread replaces faces", async () => {
    const shared = createSharedGallery(512);
    const state = new Int32Array(new SharedArrayBuffer(4));
    const searcher = new Worker(new URL('./search-until-stopped.ts', import.meta.url), {
      workerData: { shared, state },
    });
    expect(await once(searcher, 'message')).toEqual(['searching']);
    const answered = once(searcher, 'message') as Promise<[{ wrong: number; right: number }]>;
    // The probe is at one end of a circle on which face `id` lies `id` steps away.
    for (let id = 1; id <= 60_000; id++) {
      const row = id % 16;
      clearRow(shared, row);
      const vector = new Float32Array(512);
      const angle = ((id % 1000) / 1000) * (Math.PI / 2);
      vector.fill(Math.cos(angle), 0, 256).fill(Math.sin(angle), 256);
      writeRow(shared, row, { faceId: id, entryId: id }, codeOf(vector));
    }
    Atomics.store(state, 0, 1);
    const [{ wrong, right }] = await answered;
    expect(wrong).toBe(0);
    expect(right).toBeGreaterThan(0);
  });
});
