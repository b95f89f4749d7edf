import { randomUUID } from 'node:crypto';
import type { ReviewVerdict } from '../../contract/review.ts';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import type { NewReview, ProcessedResult, ReviewTally } from '../processed.ts';
import { bucketOf } from '../shared/review-pages.ts';
import {
  type DecidedState,
  dayOf,
  keptTallyDays,
  type ReviewChange,
  type ReviewedMatch,
  redactedReviews,
  reviewChange,
  stateOf,
  withReviews,
} from '../shared/reviews.ts';
import { row } from '../shared/row.ts';
import type { SqliteOutbox } from './outbox.ts';
import { processedRecord, reviewedMatches } from './processed.ts';
import type { Statements } from './statements.ts';

/**
 * Stores a review; call it in a transaction.
 * @throws RequestInvalidError when the picture has no such match or near miss
 */
export function addReview(
  statements: Statements,
  outbox: SqliteOutbox,
  id: number,
  review: NewReview,
  reviewers: 1 | 2,
): { readonly result: ImageProcessingResult; readonly isChanged: boolean } | undefined {
  const found = statements.processedById.get(id);
  if (!found) return undefined;
  const result = processedRecord(found);
  const before = reviewedMatches(found.matches);
  const change = reviewChange(result, before, review, reviewers, randomUUID());
  if (!change) return { result, isChanged: false };
  putReview(statements, id, change);
  outbox.addNotice(change.event);
  return { result: withReviews(result, change.matches), isChanged: true };
}

function putReview(statements: Statements, id: number, { matches, state, tally }: ReviewChange): void {
  putState(statements, id, matches, state);
  if (!tally) return;
  const { day, entryId, model, metric, threshold, lost, gained } = tally;
  const changeOf = (one: ReviewVerdict) => Number(gained === one) - Number(lost === one);
  const key = [day, entryId, model, metric, threshold] as const;
  statements.tally.run(...key, changeOf('confirmed'), changeOf('rejected'), changeOf('unsure'));
  statements.forgetTallies.run(dayOf(new Date()) - keptTallyDays);
}

function putState(
  statements: Statements,
  id: number,
  matches: readonly ReviewedMatch[],
  state: DecidedState | undefined,
): void {
  const known = statements.review.get(id);
  const rank = statements.rankOf.get('match', id)?.rank ?? null;
  statements.putReview.run(id, JSON.stringify(matches), state ?? null, rank);
  const before = row<DecidedState | null>(known?.verdict ?? null);
  if (rank === null || before === (state ?? null)) return;
  if (before) statements.countInBucket.run(before, bucketOf(Number(rank)), -1);
  if (state) statements.countInBucket.run(state, bucketOf(Number(rank)), 1);
}

/**
 * Takes the notes on an erased entry out of a picture's reviews; call it in a transaction. A picture of which
 * nothing is left to judge is not open any more. Returns the notes that went.
 * @param result the picture's answer without the entry
 */
export function redactReviews(
  statements: Statements,
  id: number,
  entryId: number,
  result: ProcessedResult,
): string[] {
  const known = statements.review.get(id);
  const reviewed = reviewedMatches(known?.matches);
  const matches = redactedReviews(reviewed, entryId);
  const state = stateOf(result, matches);
  if (known || state) putState(statements, id, matches, state);
  const own = reviewed.filter((one) => one.entryId === entryId);
  return own.flatMap(({ reviews }) => reviews.flatMap(({ note }) => note ?? []));
}

/** Reads the counts of decided matches. */
export function readTallies(statements: Statements, sinceDay: number): ReviewTally[] {
  return statements.tallies.all(sinceDay).map((found) => row<ReviewTally>({ ...found }));
}
