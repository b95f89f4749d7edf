import { randomUUID } from 'node:crypto';
import { changeFacts, countWritten } from '../../audit/scope.ts';
import type { ReviewEvent } from '../../contract/match-event.ts';
import type { ReviewVerdict } from '../../contract/review.ts';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import { dayMs } from '../../days.ts';
import type { RecordStore } from '../port.ts';
import type { NewReview, ProcessedResult, ReviewTally, TallyKey } from '../processed.ts';
import { bucketOf } from '../shared/review-pages.ts';
import {
  type DecidedState,
  keptTallyDays,
  type ReviewChange,
  type ReviewedMatch,
  redactedReviews,
  reviewChange,
  reviewTarget,
  stateOf,
  withReviews,
} from '../shared/reviews.ts';
import { row } from '../shared/row.ts';
import { type Action, isNew } from './action.ts';
import { asRead } from './change-picture.ts';
import { again, type TableClient } from './client.ts';
import {
  padded,
  processedKey,
  reviewBucketsPartition,
  reviewEventsPartition,
  reviewedPartition,
  reviewKey,
  talliesPartition,
} from './items.ts';
import type { Item, Key } from './keys.ts';
import { rankIn } from './ranks.ts';
import { readResult } from './stored.ts';

/** Days for which the item of an event is kept; the stream keeps its record for one. */
const eventDays = 7;

/** A picture's reviews as they are kept; every change raises `version`. */
export interface ReviewItem extends Key {
  readonly matches: readonly ReviewedMatch[];
  /** State of the picture, while it is not open. */
  readonly verdict?: DecidedState;
  /** Rank in the scope `match`, if it is there. */
  readonly rank?: number;
  readonly version: number;
}

/** Makes the part of the record store that keeps reviews. */
export function reviewRecords(table: TableClient) {
  return {
    async reviewProcessed(
      id: number,
      review: NewReview,
      reviewers: 1 | 2,
    ): Promise<ImageProcessingResult | undefined> {
      return table.settle(async () => {
        const item = await table.get(processedKey(id));
        if (!item) return undefined;
        const [result, known] = await Promise.all([readResult(table, item), readReview(table, id)]);
        const change = reviewChange(result, known?.matches ?? [], review, reviewers, randomUUID());
        if (!change) return withReviews(result, known?.matches ?? []);
        const rank = await rankOf(table, id, known);
        const facts = changeFacts(reviewTarget(id, review));
        const actions = [
          ...actionsOf(id, known, change, rank),
          { check: { pk: item.pk, sk: item.sk }, ...asRead(item) },
        ];
        const { done } = await table.transact(actions, [facts]);
        if (!done) return again;
        countWritten(1);
        return withReviews(result, change.matches);
      });
    },

    async reviewTallies(sinceDay: number): Promise<ReviewTally[]> {
      const tallies: ReviewTally[] = [];
      const between = [padded(sinceDay), '\uffff'] as const;
      for await (const items of table.query(talliesPartition, { between })) {
        tallies.push(...items.map(tallyOf));
      }
      return tallies;
    },
  } satisfies Partial<RecordStore>;
}

/**
 * Makes the actions that take the notes on an erased entry out of a picture's reviews, as they were read. A
 * picture of which nothing is left to judge is not open any more.
 * @param result the picture's answer without the entry
 */
export async function redactReviews(
  table: TableClient,
  id: number,
  entryId: number,
  result: ProcessedResult,
): Promise<Action[]> {
  const known = await readReview(table, id);
  const matches = redactedReviews(known?.matches ?? [], entryId);
  const state = stateOf(result, matches);
  if (!known && !state) return [{ check: reviewKey(id), condition: 'attribute_not_exists(#pk)' }];
  const rank = await rankOf(table, id, known);
  return putState(id, known, { matches, state }, rank);
}

/** Closes a picture of which nothing is left to judge. Returns false if that is not so, or it was closed. */
export async function closePicture(table: TableClient, id: number): Promise<boolean> {
  return table.settle(async () => {
    const item = await table.get(processedKey(id));
    if (!item) return false;
    const known = await readReview(table, id);
    const matches = known?.matches ?? [];
    const state = stateOf(await readResult(table, item), matches);
    if (!state || known?.verdict) return false;
    const rank = await rankOf(table, id, known);
    const unchanged = { check: { pk: item.pk, sk: item.sk }, ...asRead(item) };
    const { done } = await table.transact([...putState(id, known, { matches, state }, rank), unchanged]);
    return done || again;
  });
}

/** Makes the actions that remove the reviews of pictures, as they are at this moment. */
export async function removeReviews(table: TableClient, ids: readonly number[]): Promise<Action[]> {
  const items = row<ReviewItem[]>(await table.getAll(ids.map(reviewKey)));
  const known = new Map(items.map((item) => [Number(item.sk), item]));
  const decided = items.flatMap(({ verdict, rank }) =>
    verdict && rank !== undefined ? [{ verdict, rank }] : [],
  );
  // A transaction takes one action on an item.
  const buckets = Map.groupBy(decided, ({ verdict, rank }) => bucketKey(verdict, rank).sk);
  return [
    ...ids.map((id): Action => {
      const version = known.get(id)?.version;
      if (version === undefined) return { check: reviewKey(id), condition: 'attribute_not_exists(#pk)' };
      return { remove: reviewKey(id), condition: '#version = :version', values: { version } };
    }),
    ...decided.map(({ verdict, rank }) => ({ remove: placeOf(verdict, rank) })),
    ...[...buckets].map(([sk, some]): Action => countIn({ pk: reviewBucketsPartition, sk }, -some.length)),
  ];
}

const bucketKey = (verdict: DecidedState, rank: number): Key => ({
  pk: reviewBucketsPartition,
  sk: `${verdict}#${padded(bucketOf(rank))}`,
});
const placeOf = (verdict: DecidedState, rank: number): Key => ({
  pk: reviewedPartition(verdict),
  sk: padded(rank),
});
const countIn = (update: Key, more: number): Action => ({
  update,
  change: 'ADD #pictures :more',
  values: { more },
});

/** Returns the picture's rank in the scope `match`, if it is there. Its first review keeps it. */
async function rankOf(
  table: TableClient,
  id: number,
  known: ReviewItem | undefined,
): Promise<number | undefined> {
  return known ? known.rank : rankIn(table, 'match', id);
}

async function readReview(table: TableClient, id: number): Promise<ReviewItem | undefined> {
  return row<ReviewItem | undefined>(await table.get(reviewKey(id)));
}

function actionsOf(
  id: number,
  known: ReviewItem | undefined,
  change: ReviewChange,
  rank: number | undefined,
): Action[] {
  const { tally, event } = change;
  return [
    ...putState(id, known, change, rank),
    ...(tally ? [countInTally(tally, tally.lost, tally.gained)] : []),
    { put: eventItem(event) },
  ];
}

function putState(
  id: number,
  known: ReviewItem | undefined,
  { matches, state }: Pick<ReviewChange, 'matches' | 'state'>,
  rank: number | undefined,
): Action[] {
  const put = {
    ...reviewKey(id),
    matches,
    version: (known?.version ?? 0) + 1,
    ...(state && { verdict: state }),
    ...(rank !== undefined && { rank }),
  };
  const unchanged = { condition: '#version = :version', values: { version: known?.version } };
  return [
    { put, ...(known ? unchanged : isNew) },
    ...(rank === undefined ? [] : moves(id, rank, known?.verdict, state)),
  ];
}

/** Moves a picture from one state's list to another's. */
function moves(
  number: number,
  rank: number,
  from: DecidedState | undefined,
  to: DecidedState | undefined,
): Action[] {
  if (from === to) return [];
  return [
    ...(from ? [{ remove: placeOf(from, rank) }, countIn(bucketKey(from, rank), -1)] : []),
    ...(to ? [{ put: { ...placeOf(to, rank), number } }, countIn(bucketKey(to, rank), 1)] : []),
  ];
}

function countInTally(
  { day, entryId, model, metric, threshold }: TallyKey,
  lost: ReviewVerdict | undefined,
  gained: ReviewVerdict | undefined,
): Action {
  const fields = { day, entryId, model, metric, threshold };
  const expiresAt = ((day + keptTallyDays) * dayMs) / 1000;
  const added = [lost, gained].filter((verdict) => verdict !== undefined);
  const names = [...Object.keys(fields), 'expiresAt'];
  return {
    update: { pk: talliesPartition, sk: [padded(day), padded(entryId), model, metric, threshold].join('#') },
    change:
      `SET ${names.map((name) => `#${name} = :${name}`).join(', ')} ` +
      `ADD ${added.map((verdict) => `#${verdict} :${verdict}`).join(', ')}`,
    values: {
      ...fields,
      expiresAt,
      ...(lost && { [lost]: -1 }),
      ...(gained && { [gained]: 1 }),
    },
  };
}

function tallyOf(item: Item): ReviewTally {
  const { day, entryId, model, metric, threshold, confirmed = 0, rejected = 0, unsure = 0 } = item;
  return row<ReviewTally>({ day, entryId, model, metric, threshold, confirmed, rejected, unsure });
}

/** The table's stream reads it. */
function eventItem(event: ReviewEvent): Item {
  const expiresAt = Math.floor(Date.now() / 1000) + (eventDays * dayMs) / 1000;
  return { pk: reviewEventsPartition, sk: event.data.review_id, event: JSON.stringify(event), expiresAt };
}

/** Adds the reviews to answers with a match or a near miss; others have none. */
export async function addReviews(
  table: TableClient,
  results: readonly ImageProcessingResult[],
): Promise<ImageProcessingResult[]> {
  const keys = results.filter(hasMatches).flatMap(({ db_id }) => (db_id === null ? [] : [reviewKey(db_id)]));
  const items = await table.getAll(keys);
  const matches = new Map(items.map((item) => [Number(item.sk), row<ReviewItem>(item).matches]));
  return results.map((result) => withReviews(result, matches.get(result.db_id ?? 0) ?? []));
}

/** Returns true if the picture has anything that people can judge. */
export function hasMatches({ faces }: ImageProcessingResult): boolean {
  return faces.some(
    ({ blacklist_matches, near_misses }) => blacklist_matches.length > 0 || (near_misses?.length ?? 0) > 0,
  );
}
