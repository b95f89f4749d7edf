import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, qualityOf, weightOf } from '../../lib/cameras/decide.ts';
import type { FaceMatch } from '../../lib/faces/face.ts';

function neighbour(entryId: number, distance = 0.1): FaceMatch {
  const imageId = `image-${entryId}-${distance}`;
  return { entryId, imageId, distance, similarity: 99, identity: null, target: null, metadata: null };
}

const plain = (mean: FaceMatch[], looks: FaceMatch[][]) => ({ mean, looks, isFreed: false });
const freed = (mean: FaceMatch[], looks: FaceMatch[][]) => ({ mean, looks, isFreed: true });

describe('the decision about a track', () => {
  test('needs the mean and two looks while the person is in view, three beside a freed mean', () => {
    const mean = [neighbour(1)];
    const looks = [[neighbour(1)], [neighbour(1)], [neighbour(1)]];
    const told = (matchedLooks: number) => [{ entryId: 1, matchedLooks, matches: mean }];
    expect(decide(plain(mean, looks.slice(1, 2)), 'early')).toEqual([]);
    expect(decide(plain(mean, looks.slice(1)), 'early')).toEqual(told(2));
    expect(decide(freed(mean, looks.slice(1)), 'early')).toEqual([]);
    expect(decide(freed(mean, looks), 'early')).toEqual(told(3));
    for (const neighbours of [plain([], looks), freed([], looks)]) {
      expect(decide(neighbours, 'early')).toEqual([]);
    }
  });

  test('needs the mean and one look at the end, and of a freed mean the mean alone', () => {
    const mean = [neighbour(1)];
    expect(decide(plain(mean, [[], [neighbour(1)]]), 'end')).toHaveLength(1);
    expect(decide(plain(mean, [[], []]), 'end')).toEqual([]);
    expect(decide(plain([], [[neighbour(1)]]), 'end')).toEqual([]);
    expect(decide(freed(mean, [[], []]), 'end')).toEqual([{ entryId: 1, matchedLooks: 0, matches: mean }]);
    expect(decide(freed([], [[neighbour(1)], [neighbour(1)]]), 'end')).toEqual([]);
  });

  test('takes looks of another person for none of this one', () => {
    const looks = [[neighbour(2)], [neighbour(2)], [neighbour(2)]];
    expect(decide(plain([neighbour(1)], looks), 'early')).toEqual([]);
    expect(decide(freed([neighbour(1)], looks), 'early')).toEqual([]);
  });

  test('counts a look once, however many pictures of the entry are near it', () => {
    const looks = [[neighbour(1, 0.1), neighbour(1, 0.2)]];
    expect(decide(plain([neighbour(1)], looks), 'early')).toEqual([]);
  });

  test('tells several entries, nearest first, each with its pictures nearest first', () => {
    const mean = [neighbour(1, 0.2), neighbour(2, 0.15), neighbour(1, 0.1)];
    const looks = [[neighbour(1), neighbour(2)]];
    const told = decide(plain(mean, looks), 'end');
    expect(told.map(({ entryId }) => entryId)).toEqual([1, 2]);
    expect(told[0]?.matches.map(({ distance }) => distance)).toEqual([0.1, 0.2]);
  });

  test('never tells by one look early, and does not depend on the order of the looks', () => {
    const look = fc.array(
      fc.integer({ min: 1, max: 4 }).map((id) => neighbour(id)),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(look, fc.array(look, { maxLength: 6 }), fc.boolean(), (mean, looks, isFreed) => {
        for (const phase of ['early', 'end'] as const) {
          const told = decide({ mean, looks, isFreed }, phase);
          expect(decide({ mean, looks: looks.toReversed(), isFreed }, phase)).toEqual(told);
          const least = phase === 'early' ? 2 : isFreed ? 0 : 1;
          for (const { matchedLooks } of told) expect(matchedLooks).toBeGreaterThanOrEqual(least);
        }
      }),
    );
  });

  test('rates large and sure faces higher', () => {
    expect(qualityOf(80, 0.9)).toBeGreaterThan(qualityOf(40, 0.9));
    expect(qualityOf(40, 0.95)).toBeGreaterThan(qualityOf(40, 0.6));
  });
});

test('a look weighs more the larger and surer its face is, up to the size that the networks see', () => {
  expect(weightOf(80, 0.9)).toBeGreaterThan(weightOf(40, 0.9));
  expect(weightOf(80, 0.9)).toBeGreaterThan(weightOf(80, 0.5));
  expect(weightOf(400, 0.9)).toBe(weightOf(200, 0.9));
});
