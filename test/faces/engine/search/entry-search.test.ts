import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxImagesOfEntry } from '../../../../lib/faces/best-of-entries.ts';
import { type GalleryHit, searchGallery } from '../../../../lib/faces/engine/search/search.ts';
import { galleryWith } from './listed.ts';

const dimensions = 32;

/** A face of an entry, at this angle to the probe. */
interface Placed {
  readonly entryId: number;
  readonly angle: number;
}

const probe = new Float32Array(dimensions);
probe[0] = 1;

function embedding(angle: number): Float32Array {
  const vector = new Float32Array(dimensions);
  vector[0] = Math.cos(angle);
  vector[1] = Math.sin(angle);
  return vector;
}

/** Makes a gallery in which face `n` has the id `n + 1`. */
function galleryOf(faces: readonly Placed[]) {
  const listed = faces.map(({ entryId, angle }, n) => ({
    faceId: n + 1,
    entryId,
    embedding: embedding(angle),
  }));
  return galleryWith(dimensions, listed);
}

function search(
  faces: readonly Placed[],
  threshold: number,
  candidates = 0,
  within = Number.POSITIVE_INFINITY,
): GalleryHit[] {
  return searchGallery(galleryOf(faces), [probe], 'angular', threshold, candidates, within)[0] ?? [];
}

/** Searches by the definition: sorts all faces, and then takes the best of each entry. */
function searchPlainly(
  faces: readonly Placed[],
  threshold: number,
  candidates: number,
  within: number,
): number[] {
  const sorted = faces
    .map(({ entryId, angle }, row) => ({ faceId: row + 1, entryId, distance: angle / Math.PI }))
    .sort((one, other) => one.distance - other.distance || one.faceId - other.faceId);
  const byEntry = [...Map.groupBy(sorted, ({ entryId }) => entryId).values()];
  const isMatch = ({ distance }: { distance: number }) => distance <= threshold;
  const matches = byEntry.flatMap((hits) => hits.filter(isMatch).slice(0, maxImagesOfEntry));
  const near = byEntry.flatMap(([nearest]) =>
    nearest && !isMatch(nearest) && nearest.distance <= within ? [nearest] : [],
  );
  const order = (hits: typeof sorted) => sorted.filter((hit) => hits.includes(hit));
  return [...order(matches), ...order(near).slice(0, candidates)].map(({ faceId }) => faceId);
}

const entriesOf = (hits: readonly GalleryHit[]) => [...new Set(hits.map(({ entryId }) => entryId))];

describe('a search', () => {
  test.each([101, 1000, 10_000])('finds who is behind %i pictures of somebody else', (count) => {
    const many = Array.from({ length: count }, (_, n): Placed => ({ entryId: 1, angle: n / (10 * count) }));
    const others: Placed[] = [
      { entryId: 2, angle: 0.2 },
      { entryId: 3, angle: 0.25 },
    ];
    for (const faces of [
      [...many, ...others],
      [...others, ...many],
    ]) {
      const hits = search(faces, 0.3 / Math.PI);
      expect(entriesOf(hits)).toEqual([1, 2, 3]);
      expect(hits).toHaveLength(maxImagesOfEntry + 2);
      const hers = hits.filter(({ entryId }) => entryId === 1);
      expect(hers.map(({ distance }) => distance)).toEqual(
        many.slice(0, maxImagesOfEntry).map(({ angle }) => expect.closeTo(angle / Math.PI, 6)),
      );
    }
  });

  test('finds everybody who matches, however many they are', () => {
    const faces = Array.from({ length: 6000 }, (_, n): Placed => ({ entryId: n + 1, angle: 0.1 }));
    expect(entriesOf(search(faces, 0.2))).toHaveLength(6000);
  });

  test('tells near misses of as many entries as are asked for, behind many pictures of one', () => {
    const many = (entryId: number, angle: number) =>
      Array.from({ length: 300 }, (_, n): Placed => ({ entryId, angle: angle + n / 10_000 }));
    const faces = [...many(1, 0.1), ...many(2, 0.5), ...many(3, 0.6), ...many(4, 0.7), ...many(5, 0.8)];
    const hits = search(faces, 0.2 / Math.PI, 3);
    expect(entriesOf(hits)).toEqual([1, 2, 3, 4]);
    expect(hits.slice(maxImagesOfEntry).map(({ faceId }) => faceId)).toEqual([301, 601, 901]);
    expect(entriesOf(search(faces, 0.2 / Math.PI, 10))).toEqual([1, 2, 3, 4, 5]);
  });

  test('finds the near misses although those that it had first turn out to match', () => {
    const entries = Array.from({ length: 60 }, (_, n) => n + 1);
    const distant = entries.map((entryId): Placed => ({ entryId, angle: 1 + entryId / 1000 }));
    const others = Array.from(
      { length: 400 },
      (_, n): Placed => ({ entryId: 100 + n, angle: 1.5 - n / 1000 }),
    );
    const matching = entries.map((entryId): Placed => ({ entryId, angle: 0.1 }));
    const hits = search([...distant, ...others, ...matching], 0.2 / Math.PI, 5);
    expect(hits.slice(60).map(({ entryId }) => entryId)).toEqual([499, 498, 497, 496, 495]);
  });

  test('gives for any gallery what sorting it all gives', () => {
    const face = fc.record({
      entryId: fc.integer({ min: 1, max: 40 }),
      // These steps differ in double precision, and some faces get the same one.
      angle: fc.integer({ min: 0, max: 200 }).map((step) => step / 100),
    });
    const setting = {
      faces: fc.array(face, { minLength: 1, maxLength: 600, size: 'max' }),
      step: fc.integer({ min: 0, max: 200 }),
      candidates: fc.integer({ min: 0, max: 10 }),
      // Near misses may be limited to a band above the threshold.
      band: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 0, max: 60 })),
    };
    fc.assert(
      fc.property(fc.record(setting), ({ faces, step, candidates, band }) => {
        const threshold = (step + 0.5) / 100 / Math.PI;
        const within = (step + 0.5 + band) / 100 / Math.PI;
        expect(search(faces, threshold, candidates, within).map(({ faceId }) => faceId)).toEqual(
          searchPlainly(faces, threshold, candidates, within),
        );
      }),
      { numRuns: 300 },
    );
  });
});
