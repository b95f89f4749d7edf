import { expect, test } from 'vitest';
import type { ReviewTally } from '../../lib/records/processed.ts';
import { nothingErased } from '../../lib/records/shared/redaction.ts';
import { dayOf } from '../../lib/records/shared/reviews.ts';
import { accusingEntries, reviewsOf } from '../../lib/service/reviews.ts';

const today = dayOf(new Date());

function tally(change: Partial<ReviewTally>): ReviewTally {
  const key = { day: today, entryId: 1, model: 'Fusion', metric: 'cosine', threshold: 0.385 };
  return { ...key, confirmed: 0, rejected: 0, unsure: 0, ...change };
}

const erasure = { history: 'keep', started: '', finished: '', removed: nothingErased } as const;

/** Entry 5 was merged into entry 6, and that one into 7; entry 8 into entry 9, which was deleted. */
const statusOf = (...tallies: ReviewTally[]) =>
  reviewsOf({
    reviewTallies: async (since) => tallies.filter(({ day }) => day >= since),
    getErasure: async (entryId) => {
      if (entryId === 9) return { ...erasure, entryId };
      return [5, 6, 8].includes(entryId) ? { ...erasure, entryId, mergedInto: entryId + 1 } : undefined;
    },
  });

test('verdicts of 30 days are told by entry and by threshold', async () => {
  const status = await statusOf(
    tally({ confirmed: 3, rejected: 1 }),
    tally({ day: today - 29, entryId: 2, threshold: 0.4, rejected: 2 }),
    tally({ day: today - 30, rejected: 50 }),
  );
  expect(status).toMatchObject({ days: 30, confirmed: 3, rejected: 3, unsure: 0, rejected_share: 0.5 });
  expect(status.by_entry).toEqual([
    { entry_id: 2, confirmed: 0, rejected: 2, unsure: 0, rejected_share: 1 },
    { entry_id: 1, confirmed: 3, rejected: 1, unsure: 0, rejected_share: 0.25 },
  ]);
  expect(status.by_threshold.map(({ threshold, rejected_share }) => [threshold, rejected_share])).toEqual([
    [0.385, 0.25],
    [0.4, 1],
  ]);
  expect((await statusOf()).rejected_share).toBeNull();
});

test('verdicts on an entry that was merged count for the one that stays', async () => {
  const merged = [5, 6, 7].map((entryId) => tally({ entryId, confirmed: 2, rejected: 2 }));
  const { by_entry, rejected } = await statusOf(...merged);
  expect(by_entry).toEqual([{ entry_id: 7, confirmed: 6, rejected: 6, unsure: 0, rejected_share: 0.5 }]);
  expect(rejected).toBe(6);
});

test('verdicts on an entry that was deleted are in the sums alone, and warn of nobody', async () => {
  const status = await statusOf(...[8, 9].map((entryId) => tally({ entryId, confirmed: 1, rejected: 9 })));
  expect(status).toMatchObject({ rejected: 18, by_entry: [] });
  expect(accusingEntries(status)).toEqual([]);
});

test('only so many entries and thresholds are told of, those with the most', async () => {
  const many = Array.from({ length: 300 }, (_, index) =>
    tally({ entryId: index + 1, threshold: index / 1000, rejected: index + 1 }),
  );
  const { by_entry, by_threshold } = await statusOf(...many);
  expect([by_entry.length, by_entry[0]?.entry_id, by_entry.at(-1)?.entry_id]).toEqual([100, 300, 201]);
  expect([by_threshold.length, by_threshold[0]?.threshold]).toEqual([100, 0.299]);
});

test.each([
  [{ confirmed: 7, rejected: 3 }, true],
  [{ confirmed: 8, rejected: 2 }, false],
  [{ confirmed: 6, rejected: 3 }, false],
  [{ confirmed: 0, unsure: 7, rejected: 3 }, true],
])('an entry with %j is said to accuse strangers: %s', async (counts, isSaid) => {
  const warnings = accusingEntries(await statusOf(tally({ entryId: 7, ...counts })));
  expect(warnings).toHaveLength(isSaid ? 1 : 0);
  if (isSaid) expect(warnings[0]).toMatch(/^The pictures of entry 7 accuse strangers: .* 3 were rejected/);
});
