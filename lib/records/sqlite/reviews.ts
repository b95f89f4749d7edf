import { randomUUID } from 'node:crypto';
import type { ReviewVerdict } from '../../contract/review.ts';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import type { NewReview, ReviewTally } from '../processed.ts';
import { bucketOf } from '../shared/review-pages.ts';
import { dayOf, keptTallyDays, type ReviewChange, reviewChange, withReviews } from '../shared/reviews.ts';
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

function putReview(statements: Statements, id: number, { matches, verdict, tally }: ReviewChange): void {
  const known = statements.review.get(id);
  const rank = statements.rankOf.get('match', id)?.rank ?? null;
  statements.putReview.run(id, JSON.stringify(matches), verdict ?? null, rank);
  const old = row<ReviewVerdict | null>(known?.verdict ?? null);
  if (rank !== null && old !== (verdict ?? null)) {
    if (old) statements.countInBucket.run(old, bucketOf(Number(rank)), -1);
    if (verdict) statements.countInBucket.run(verdict, bucketOf(Number(rank)), 1);
  }
  if (!tally) return;
  const { day, entryId, model, metric, threshold, lost, gained } = tally;
  const changeOf = (one: ReviewVerdict) => Number(gained === one) - Number(lost === one);
  const key = [day, entryId, model, metric, threshold] as const;
  statements.tally.run(...key, changeOf('confirmed'), changeOf('rejected'), changeOf('unsure'));
  statements.forgetTallies.run(dayOf(new Date()) - keptTallyDays);
}

/** Reads the counts of decided matches. */
export function readTallies(statements: Statements, sinceDay: number): ReviewTally[] {
  return statements.tallies.all(sinceDay).map((found) => row<ReviewTally>({ ...found }));
}
