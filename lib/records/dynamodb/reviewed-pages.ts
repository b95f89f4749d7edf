import type { ReviewState } from '../../contract/review.ts';
import type { ProcessedQuery } from '../processed.ts';
import type { Range } from '../shared/clock.ts';
import { remaining, remainingRanks } from '../shared/gaps.ts';
import { type ReviewPage, reviewPage } from '../shared/review-pages.ts';
import { type DecidedState, decidedStates } from '../shared/reviews.ts';
import { row } from '../shared/row.ts';
import type { TableClient } from './client.ts';
import { gapsOf } from './gaps.ts';
import { padded, reviewBucketsPartition, reviewedPartition, reviewKey } from './items.ts';
import type { Item } from './keys.ts';
import { numberOf, type RanksFound } from './ranks.ts';
import type { ReviewItem } from './reviews.ts';

/** Lists pictures by what people say of their matches. */

type Page = Pick<ProcessedQuery, 'limit' | 'offset'>;

/**
 * Finds a page of the pictures in a state, by their ranks in the scope `match`.
 */
export async function pageInState(
  table: TableClient,
  { ranges, root }: RanksFound,
  review: ReviewState,
  page: Page,
): Promise<ReviewPage> {
  const gaps = gapsOf(table, 'match', root);
  const counted = await Promise.all(
    ranges.map(async (range) => ({ ...range, size: await gaps(remaining(range)) })),
  );
  const verdicts = review === 'open' ? decidedStates : [review];
  const pages = reviewPage(counted, await countsOf(table, verdicts), review === 'open', page);
  for (let step = pages.next(); ; ) {
    if (step.done) return step.value;
    const { wanted, ...range } = step.value;
    step = pages.next(
      wanted === 'remaining' ? await gaps(remainingRanks(range)) : await decidedRanks(table, verdicts, range),
    );
  }
}

async function countsOf(table: TableClient, verdicts: readonly DecidedState[]): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  await Promise.all(
    verdicts.map(async (verdict) => {
      const between = [`${verdict}#`, `${verdict}#\uffff`] as const;
      for await (const items of table.query(reviewBucketsPartition, { between })) {
        for (const { sk, pictures } of items) {
          const bucket = Number(sk.slice(sk.indexOf('#') + 1));
          counts.set(bucket, (counts.get(bucket) ?? 0) + Number(pictures));
        }
      }
    }),
  );
  return counts;
}

async function decidedRanks(
  table: TableClient,
  verdicts: readonly DecidedState[],
  { first, last }: Range,
): Promise<number[]> {
  const between = [padded(first), padded(last)] as const;
  const found = await Promise.all(
    verdicts.map(async (verdict) => {
      const ranks: number[] = [];
      for await (const items of table.query(reviewedPartition(verdict), { between })) {
        ranks.push(...items.map(({ sk }) => Number(sk)));
      }
      return ranks;
    }),
  );
  return found.flat().sort((one, other) => one - other);
}

/** Returns those pictures, or their places, whose matches are in a state. */
export async function placesInState(
  table: TableClient,
  places: readonly Item[],
  review: ReviewState,
): Promise<Item[]> {
  const items = await table.getAll(places.map((place) => reviewKey(numberOf(place))));
  const verdicts = new Map(items.map((item) => [Number(item.sk), row<ReviewItem>(item).verdict]));
  return places.filter((place) => (verdicts.get(numberOf(place)) ?? 'open') === review);
}
