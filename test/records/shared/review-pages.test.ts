import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Range } from '../../../lib/records/shared/clock.ts';
import { bucketOf, reviewPage } from '../../../lib/records/shared/review-pages.ts';

interface Ranks {
  readonly removed: ReadonlySet<number>;
  readonly decided: ReadonlySet<number>;
}

const ranksOf = ({ first, last }: Range) =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);

/** Runs a page with plain sets, and counts its requests. */
function pageOf({ removed, decided }: Ranks, ranges: readonly Range[], isOpen: boolean, page: Page) {
  const counts = new Map<number, number>();
  for (const rank of decided) counts.set(bucketOf(rank), 1 + (counts.get(bucketOf(rank)) ?? 0));
  const counted = ranges.map((range) => ({
    ...range,
    size: ranksOf(range).filter((rank) => !removed.has(rank)).length,
  }));
  const pages = reviewPage(counted, counts, isOpen, page);
  let requests = 0;
  for (let step = pages.next(); ; requests += 1) {
    if (step.done) return { ...step.value, requests };
    const { wanted, ...range } = step.value;
    const isWanted = (rank: number) => (wanted === 'decided' ? decided.has(rank) : !removed.has(rank));
    step = pages.next(ranksOf(range).filter(isWanted));
  }
}

interface Page {
  readonly offset: number;
  readonly limit: number;
}

/** Every so many-th rank is removed, and of the others so many are decided. */
function ranksUpTo(last: number, removedEach: number, decidedEach: number): Ranks {
  const all = ranksOf({ first: 1, last });
  const removed = new Set(all.filter((rank) => rank % removedEach === 0));
  return { removed, decided: new Set(all.filter((rank) => rank % decidedEach === 1 && !removed.has(rank))) };
}

test('a page is the part of the plain list that was asked for, across buckets and gaps', () => {
  const asked = fc.record({
    last: fc.integer({ min: 1, max: 4500 }),
    removedEach: fc.integer({ min: 1, max: 40 }),
    decidedEach: fc.integer({ min: 2, max: 40 }),
    first: fc.integer({ min: 1, max: 3000 }),
    isOpen: fc.boolean(),
    offset: fc.nat(4500),
    limit: fc.integer({ min: 1, max: 100 }),
  });
  fc.assert(
    fc.property(asked, ({ last, removedEach, decidedEach, first, isOpen, ...page }) => {
      const ranks = ranksUpTo(last, removedEach, decidedEach);
      const range = { first, last };
      const meant = ranksOf(range)
        .filter((rank) =>
          isOpen ? !ranks.decided.has(rank) && !ranks.removed.has(rank) : ranks.decided.has(rank),
        )
        .toReversed();
      expect(pageOf(ranks, last < first ? [] : [range], isOpen, page)).toMatchObject({
        total: meant.length,
        ranks: meant.slice(page.offset, page.offset + page.limit),
      });
    }),
    { numRuns: 200 },
  );
});

test('the newest open pictures cost a few requests, however many there are', () => {
  const { requests } = pageOf(ranksUpTo(50_000, 7, 5), [{ first: 1, last: 50_000 }], true, {
    offset: 0,
    limit: 20,
  });
  expect(requests).toBeLessThanOrEqual(5);
});
