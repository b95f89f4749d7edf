import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  branchLeaves,
  largestRemoved,
  leafRanks,
  type NodeBytes,
  type NodePlace,
  type Reading,
  rankBelow,
  rankOfRemaining,
  readNow,
  remaining,
  remainingRanks,
  removedUpTo,
  removing,
} from '../../../lib/records/shared/gaps.ts';

/** Counts in memory, beside the plain set of what was removed. */
function countedScope() {
  const nodes = new Map<string, Uint8Array>();
  const removed = new Set<number>();
  let reads = 0;
  const key = ({ level, number }: NodePlace) => `${level} ${number}`;
  const nodeAt = (place: NodePlace): NodeBytes => {
    reads += 1;
    return nodes.get(key(place));
  };
  return {
    removed,
    tell: <Result>(reading: Reading<Result>) => readNow(reading, nodeAt),
    remove(ranks: readonly number[]) {
      for (const { bytes, ...place } of readNow(removing(ranks), nodeAt)) nodes.set(key(place), bytes);
      for (const rank of ranks) removed.add(rank);
    },
    readsOf(work: () => unknown): number {
      reads = 0;
      work();
      return reads;
    },
  };
}

const branchRanks = leafRanks * branchLeaves;
/** Ranks around the borders of leaves and branches, and anywhere. */
const rank = fc.oneof(
  fc
    .constantFrom(1, leafRanks, branchRanks, 2 * branchRanks, 5 * branchRanks)
    .chain((border) => fc.integer({ min: Math.max(1, border - 5), max: border + 5 })),
  fc.integer({ min: 1, max: 3 * branchRanks }),
);

test('ranks that are there still are counted and found as in a plain list', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(rank, { maxLength: 30 }), { maxLength: 4 }),
      fc.array(rank),
      (batches, asked) => {
        const scope = countedScope();
        for (const batch of batches) scope.remove(batch);
        const removed = [...scope.removed];
        expect(scope.tell(largestRemoved())).toBe(Math.max(0, ...removed));
        for (const upTo of asked) {
          const gone = removed.filter((one) => one <= upTo).length;
          expect(scope.tell(removedUpTo(upTo))).toBe(gone);
          expect(scope.tell(remaining({ first: 1, last: upTo }))).toBe(upTo - gone);
          if (scope.removed.has(upTo)) continue;
          expect(scope.tell(rankOfRemaining(upTo - gone))).toBe(upTo);
          const below = scope.tell(rankBelow(upTo + 1, scope.removed.has(upTo + 1) ? 0 : 1));
          expect(below).toBe(upTo);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('the ranks of a range that are there still are those of a plain list', () => {
  fc.assert(
    fc.property(fc.array(rank, { maxLength: 30 }), rank, fc.nat(3000), (removed, first, more) => {
      const scope = countedScope();
      scope.remove(removed);
      const range = { first, last: first + more };
      const all = Array.from({ length: more + 1 }, (_, index) => first + index);
      expect(scope.tell(remainingRanks(range))).toEqual(all.filter((one) => !scope.removed.has(one)));
    }),
    { numRuns: 200 },
  );
  expect(countedScope().tell(remainingRanks({ first: 5, last: 4 }))).toEqual([]);
});

test('a whole leaf, and all ranks up to some, can be removed', () => {
  const scope = countedScope();
  scope.remove(Array.from({ length: 3 * leafRanks }, (_, index) => index + 1));
  expect(scope.tell(rankOfRemaining(1))).toBe(3 * leafRanks + 1);
  expect(scope.tell(remaining({ first: 1, last: 3 * leafRanks }))).toBe(0);
  expect(scope.tell(remaining({ first: 1, last: 3 * leafRanks + 7 }))).toBe(7);
  expect(scope.tell(rankBelow(3 * leafRanks + 1, 1))).toBe(0);
});

test('an answer reads three nodes, however many ranks there are, and one where nothing was removed', () => {
  const scope = countedScope();
  expect(scope.readsOf(() => scope.tell(removedUpTo(9e6)))).toBe(1);
  scope.remove([1, 5_000_000, 9_000_000]);
  expect(scope.readsOf(() => scope.tell(removedUpTo(9_000_000)))).toBe(3);
  expect(scope.readsOf(() => scope.tell(rankOfRemaining(8_999_997)))).toBeLessThanOrEqual(3);
});
