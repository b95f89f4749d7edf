import { presentId } from '../blacklist/merged-entries.ts';
import type { ReviewCounts, Status } from '../contract/endpoints/status.ts';
import type { RecordStore } from '../records/port.ts';
import type { ReviewTally } from '../records/processed.ts';
import { dayOf } from '../records/shared/reviews.ts';

/** Days over which verdicts are counted. */
export const reviewDays = 30;
/** Limit on the entries told of: those with the most rejected matches. */
const maxEntries = 100;
/** Limit on the thresholds told of: those by which the most were judged. Requests may name any. */
const maxThresholds = 100;
/** Number of judged matches from which on an entry's share of rejected ones means something. */
const enoughJudged = 10;
/** Share of rejected matches above which an entry's pictures accuse strangers. */
const manyRejected = 1 / 5;

/**
 * Returns the verdicts on the matches of the last 30 days. Those of merged entries count for the one that
 * stays, and those of deleted ones for the sums alone.
 * @throws BackendUnavailableError, ThrottledError
 */
export async function reviewsOf(
  records: Pick<RecordStore, 'reviewTallies' | 'getErasure'>,
): Promise<Status['reviews']> {
  const tallies = await records.reviewTallies(dayOf(new Date()) - reviewDays + 1);
  const rejectedOf = (some: readonly ReviewTally[]) => countsOf(some).rejected;
  const most = grouped(tallies, ({ entryId }) => String(entryId))
    .sort((one, other) => rejectedOf(other) - rejectedOf(one) || one[0].entryId - other[0].entryId)
    .slice(0, maxEntries);
  const staying = await Promise.all(
    most.map(async (some) => {
      const entryId = await presentId(records, some[0].entryId);
      return entryId === undefined ? [] : some.map((tally) => ({ ...tally, entryId }));
    }),
  );
  const entries = grouped(staying.flat(), ({ entryId }) => String(entryId));
  const thresholds = grouped(tallies, ({ model, metric, threshold }) => `${model} ${metric} ${threshold}`);
  return {
    days: reviewDays,
    ...countsOf(tallies),
    by_entry: entries
      .map((some) => ({ entry_id: some[0].entryId, ...countsOf(some) }))
      .sort((one, other) => other.rejected - one.rejected || one.entry_id - other.entry_id),
    by_threshold: thresholds
      .map((some) => {
        const [{ model, metric, threshold }] = some;
        return { model, similarity_metric: metric, threshold, ...countsOf(some) };
      })
      .sort((one, other) => judged(other) - judged(one))
      .slice(0, maxThresholds),
  };
}

/** Returns a warning for each entry whose pictures accuse strangers. */
export function accusingEntries({ by_entry: entries }: Status['reviews']): string[] {
  return entries
    .filter((entry) => judged(entry) >= enoughJudged && entry.rejected > manyRejected * judged(entry))
    .map(
      (entry) =>
        `The pictures of entry ${entry.entry_id} accuse strangers: of ${judged(entry)} matches of the last ${reviewDays} days that people have judged, ` +
        `${entry.rejected} were rejected. Look at its reference pictures, and remove what is poor or shows somebody else.`,
    );
}

function judged({ confirmed, rejected, unsure }: ReviewCounts): number {
  return confirmed + rejected + unsure;
}

function countsOf(tallies: readonly ReviewTally[]): ReviewCounts {
  const sum = (verdict: 'confirmed' | 'rejected' | 'unsure') =>
    tallies.reduce((total, tally) => total + tally[verdict], 0);
  const counts = { confirmed: sum('confirmed'), rejected: sum('rejected'), unsure: sum('unsure') };
  const all = counts.confirmed + counts.rejected + counts.unsure;
  return { ...counts, rejected_share: all === 0 ? null : counts.rejected / all };
}

function grouped(
  tallies: readonly ReviewTally[],
  keyOf: (tally: ReviewTally) => string,
): (readonly [ReviewTally, ...ReviewTally[]])[] {
  const groups: unknown = [...Map.groupBy(tallies, keyOf).values()];
  return groups as (readonly [ReviewTally, ...ReviewTally[]])[];
}
