import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DistanceMetric, distanceMetrics } from '../../../../lib/contract/vocabulary.ts';
import { lengthOf } from '../../../../lib/faces/engine/search/distance.ts';
import {
  capacityOf,
  clearRow,
  codeOf,
  createSharedGallery,
  enlargeGallery,
  writeRow,
} from '../../../../lib/faces/engine/search/gallery-memory.ts';
import { searchGallery } from '../../../../lib/faces/engine/search/search.ts';
import { buildKernel, kernelFile, kernels } from '../../../../local/commands/build-kernel.ts';
import { galleryOf } from './listed.ts';

/** Makes random numbers below 1, the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Vectors = (random: () => number, dimensions: number) => Float32Array;

const bell: Vectors = (random, dimensions) =>
  Float32Array.from({ length: dimensions }, () => random() + random() + random() + random() - 2);

/** Vectors that are hard for a search that first compares 8 bits of each number. */
const kinds: Record<string, Vectors> = {
  'any direction': bell,
  'one large number, the others below its 8 bits': (random, dimensions) =>
    bell(random, dimensions).map((value, index) => (index === 7 ? 1000 : value)),
  'every number halfway between two codes': (random, dimensions) =>
    Float32Array.from({ length: dimensions }, (_, index) =>
      index === 0 ? 127 : Math.floor(40 * random()) - 20 + 0.4999,
    ),
  'nearly the same direction': (random, dimensions) =>
    bell(random, dimensions).map((value, index) => 1e-4 * value + Math.sin(index + 1)),
  'a few numbers, the others zero': (random, dimensions) =>
    bell(random, dimensions).map((value, index) => (index === 3 || random() < 0.02 ? value : 0)),
  'one of twenty directions, so that many are as near': (random, dimensions) =>
    bell(randomNumbers(Math.floor(20 * random())), dimensions),
  'lengths from 1e-15 to 1e15': (random, dimensions) => {
    const length = 10 ** (30 * random() - 15);
    return bell(random, dimensions).map((value) => value * length);
  },
  'numbers of any magnitude': (random, dimensions) =>
    bell(random, dimensions).map((value) => value * 10 ** (12 * random() - 6)),
};

/** Computes the distances of a probe from all vectors by their definitions, in double precision. */
function distancesOf(
  metric: DistanceMetric,
  probe: Float32Array,
  vectors: readonly Float32Array[],
): number[] {
  const dot = (one: Float32Array, other: Float32Array) => {
    let sum = 0;
    for (let i = 0; i < one.length; i++) sum += (one[i] as number) * (other[i] as number);
    return sum;
  };
  const square = dot(probe, probe);
  return vectors.map((vector) => {
    const cosine = dot(probe, vector) / Math.sqrt(square * dot(vector, vector));
    if (metric === 'cosine') return 1 - cosine;
    if (metric === 'euclidean_l2') return Math.sqrt(Math.max(0, 2 - 2 * cosine));
    if (metric === 'angular') return Math.acos(Math.max(-1, Math.min(1, cosine))) / Math.PI;
    return Math.sqrt(vector.reduce((sum, value, index) => sum + (value - (probe[index] as number)) ** 2, 0));
  });
}

/**
 * Expects the nearest faces at or below the threshold, each at its own distance, and no farther face in place
 * of a nearer one. Among faces equally near in double precision, any may be found.
 */
function expectExact(
  hits: ReturnType<typeof searchGallery>[number],
  distances: readonly number[],
  threshold: number,
  scale: number,
): void {
  const near = distances.filter((distance) => distance <= threshold).sort((one, other) => one - other);
  const differs = (one: number, other: number) => !(Math.abs(one - other) <= 1e-7 * Math.max(scale, one));
  expect(hits).toHaveLength(near.length);
  expect(new Set(hits.map(({ faceId }) => faceId)).size).toBe(hits.length);
  expect(hits.filter(({ distance }, rank) => differs(distance, near[rank] as number))).toEqual([]);
  expect(hits.filter(({ distance, faceId }) => differs(distance, distances[faceId - 1] as number))).toEqual(
    [],
  );
}

/** Gives the size of the numbers whose differences are a probe's distances. */
function scaleOf(metric: DistanceMetric, probe: Float32Array): number {
  return metric === 'euclidean' ? Math.max(1, lengthOf(probe)) : 1;
}

/** Finds a threshold that this share of the distances passes. No distance lies just beside it. */
function thresholdFor(distances: readonly number[], share: number, scale: number): number {
  const sorted = distances.toSorted((one, other) => one - other);
  let index = Math.floor(share * (sorted.length - 1));
  const [at, next] = [() => sorted[index] as number, () => sorted[index + 1] ?? Number.POSITIVE_INFINITY];
  while (next() - at() < 1e-5 * Math.max(scale, at())) index++;
  return next() === Number.POSITIVE_INFINITY ? at() + 1 : (at() + next()) / 2;
}

describe('the search against all distances in double precision', () => {
  describe.each([128, 512, 640])('of %i dimensions', (dimensions) => {
    test.each(Object.keys(kinds))('misses nobody: %s', (kind) => {
      const random = randomNumbers(dimensions);
      const make = kinds[kind] as Vectors;
      const vectors = Array.from({ length: 1000 }, () => make(random, dimensions));
      const gallery = galleryOf(vectors, dimensions);
      const probes = [make(random, dimensions), bell(random, dimensions), vectors[234] as Float32Array];
      for (const metric of distanceMetrics) {
        const distances = probes.map((probe) => distancesOf(metric, probe, vectors));
        for (const share of [0, 0.01, 0.2, 1]) {
          const scale = Math.max(...probes.map((probe) => scaleOf(metric, probe)));
          const threshold = thresholdFor(distances.flat(), share, scale);
          searchGallery(gallery, probes, metric, threshold).forEach((hits, probe) => {
            expectExact(hits, distances[probe] as number[], threshold, scale);
          });
        }
      }
    });
  });

  test('misses nobody whatever the numbers are', () => {
    const dimensions = 40;
    const number = fc.oneof(
      fc.float({ min: -1, max: 1, noNaN: true }),
      fc.float({ min: Math.fround(-1e10), max: Math.fround(1e10), noNaN: true }),
      fc.constantFrom(0, 1, -1, 0.5, 63.5, 127),
    );
    const vector = fc
      .array(number, { minLength: dimensions, maxLength: dimensions })
      .map((numbers) => Float32Array.from(numbers))
      .filter((numbers) => numbers.some((value) => Math.abs(value) > 1e-6));
    const setting = {
      vectors: fc.array(vector, { minLength: 1, maxLength: 12 }),
      probe: vector,
      metric: fc.constantFrom(...distanceMetrics),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    };
    fc.assert(
      fc.property(fc.record(setting), ({ vectors, probe, metric, share }) => {
        const distances = distancesOf(metric, probe, vectors);
        const scale = scaleOf(metric, probe);
        const threshold = thresholdFor(distances, share, scale);
        const [hits] = searchGallery(galleryOf(vectors, dimensions), [probe], metric, threshold);
        expectExact(hits ?? [], distances, threshold, scale);
      }),
      { numRuns: 500 },
    );
  });

  /**
   * Computes the rounding error of a vector of length 1 whose numbers become whole ones from `-most` to
   * `most`.
   */
  function lostOf(vector: Float32Array, most: number): Float32Array {
    const unit = vector.map((value) => value / lengthOf(vector));
    const step = Math.max(...unit.map(Math.abs)) / most;
    return unit.map((value) => value - step * Math.round(value / step));
  }

  // These cases reach the error bound, or nearly. A search that trusted its codes a little more would miss
  // the face.
  test.each([
    ['what the codes lose of the face', 127, (face: Float32Array, lost: Float32Array) => [face, lost]],
    // Signs alone lose nothing as codes, so the whole error is the probe's.
    [
      'what the codes lose of the probe',
      8191,
      (probe: Float32Array, lost: Float32Array) => [lost.map(Math.sign), probe],
    ],
  ] as const)('misses nobody where everything is in %s', (_, most, pairOf) => {
    const random = randomNumbers(4);
    for (let count = 0; count < 200; count++) {
      const vector = bell(random, 512);
      const [face, probe] = pairOf(vector, lostOf(vector, most)) as [Float32Array, Float32Array];
      const [distance] = distancesOf('cosine', probe, [face]) as [number];
      const gallery = galleryOf([face], 512);
      expect(searchGallery(gallery, [probe], 'cosine', distance + 1e-9)[0]).toHaveLength(1);
      expect(searchGallery(gallery, [probe], 'cosine', distance - 1e-9)[0]).toHaveLength(0);
    }
  });

  test("finds for each of a crowd's faces what it finds for that face alone", () => {
    const random = randomNumbers(1);
    const vectors = Array.from({ length: 2000 }, () => bell(random, 512));
    const gallery = galleryOf(vectors, 512);
    const nobody = new Float32Array(512);
    const crowd = [
      ...Array.from({ length: 39 }, () => bell(random, 512)),
      nobody,
      vectors[7] as Float32Array,
    ];
    const together = searchGallery(gallery, crowd, 'cosine', 0.95);
    expect(together).toEqual(crowd.map((probe) => searchGallery(gallery, [probe], 'cosine', 0.95)[0]));
    expect(together[0]?.length).toBeGreaterThan(10);
    expect(together[39]).toEqual([]);
    expect(together[40]?.[0]?.faceId).toBe(8);
    expect(searchGallery(gallery, [], 'cosine', 2)).toEqual([]);
  });

  test('gives the older of two that are as near first, and none of those that were removed', () => {
    const random = randomNumbers(2);
    const vectors = Array.from({ length: 300 }, () => bell(random, 128));
    const gallery = galleryOf([...vectors, ...vectors], 128);
    const probe = bell(random, 128);
    const distances = distancesOf('cosine', probe, vectors);
    const order = [...vectors.keys()].sort((one, other) => (distances[one] ?? 0) - (distances[other] ?? 0));
    const ids = order.flatMap((n) => [n + 1, n + 301]);
    const found = () => searchGallery(gallery, [probe], 'cosine', 2)[0]?.map(({ faceId }) => faceId);
    expect(found()).toEqual(ids);
    for (const id of ids.slice(0, 20)) clearRow(gallery, id - 1);
    expect(found()).toEqual(ids.slice(20));
  });

  test('another thread finds in a gallery that was enlarged what was there before, and what came since', async () => {
    const random = randomNumbers(3);
    let gallery = createSharedGallery(512);
    const [first, second] = [bell(random, 512), bell(random, 512)];
    writeRow(gallery, 5, { faceId: 55, entryId: 55 }, codeOf(first));
    const searcher = new Worker(new URL('./search-when-asked.ts', import.meta.url));
    const findFrom = async () => {
      const embeddings = new Map([
        [55, first],
        [77, second],
      ]);
      searcher.postMessage({ gallery, embeddings, probes: [first, second] });
      const [hits] = await once(searcher, 'message');
      return (hits as ReturnType<typeof searchGallery>).map((one) => one.map(({ faceId }) => faceId));
    };
    expect(await findFrom()).toEqual([[55], []]);
    const row = 3 * capacityOf(gallery) - 1;
    while (capacityOf(gallery) <= row) gallery = enlargeGallery(gallery);
    writeRow(gallery, row, { faceId: 77, entryId: 77 }, codeOf(second));
    expect(await findFrom()).toEqual([[55], [77]]);
    await searcher.terminate();
  });
});

test('a code is the one that databases have: who changes it must have the stored ones removed', () => {
  const codes = [128, 512, 736].map((dimensions) => codeOf(bell(randomNumbers(dimensions), dimensions)));
  expect(codes.map(({ length }) => length)).toEqual([140, 524, 748]);
  const hash = createHash('sha256');
  for (const code of codes) hash.update(code);
  expect(hash.digest('hex')).toBe('060b9a6880b7715b919c7153a87c29685354a51cfd5925cedd2a43b7d4c5d2e4');
});

test('the code of an embedding without a direction has nothing of the face before it', () => {
  const nothing = codeOf(new Float32Array(128));
  codeOf(bell(randomNumbers(1), 128));
  expect(codeOf(new Float32Array(128))).toEqual(nothing);
});

test('the code of another model is refused', () => {
  const gallery = createSharedGallery(128);
  const code = codeOf(bell(randomNumbers(1), 512));
  expect(() => writeRow(gallery, 0, { faceId: 3, entryId: 1 }, code)).toThrow(
    'The code of face 3 is not one of 128 dimensions.',
  );
});

test.each(kernels)('the kernel %s is the one that its source says', async (kernel) => {
  const built = await readFile(kernelFile(kernel, 'wasm'));
  expect(Buffer.from(await buildKernel(kernel)).equals(built)).toBe(true);
});
