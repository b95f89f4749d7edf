import type { ReviewState } from '../../contract/review.ts';
import type { ProcessedFilter, ProcessedIds, ProcessedPage, ProcessedQuery } from '../processed.ts';
import { pageOf, type Range } from '../shared/clock.ts';
import { rankBelow, remaining, remainingRanks } from '../shared/gaps.ts';
import { type CountedRange, reviewPage } from '../shared/review-pages.ts';
import { decidedStates } from '../shared/reviews.ts';
import { scopeOfFilter, scopeOfReviewed, scopesOfSeveral, scopesWanted } from '../shared/scopes.ts';
import { gapsOf, idOf, processedRecord } from './processed.ts';
import type { Statements } from './statements.ts';

/** To be called in a transaction, or nobody else may write meanwhile. */
export function listProcessed(statements: Statements, query: ProcessedQuery): ProcessedPage {
  const { total, ids } = listProcessedIds(statements, query);
  return { total, items: statements.recordsAmong.all(JSON.stringify(ids)).map(processedRecord) };
}

/** To be called in a transaction, or nobody else may write meanwhile. */
export function listProcessedIds(
  statements: Statements,
  { limit, offset, ...filter }: ProcessedQuery,
): ProcessedIds {
  if (filter.mergedIds?.length)
    return listOfScopes(statements, scopesOfSeveral(filter), { limit, offset, ...filter });
  if (filter.review) return listReviewed(statements, { limit, offset, ...filter, review: filter.review });
  const scope = scopeOfFilter(filter);
  const gaps = gapsOf(statements, scope);
  const ids = idsWithin(statements, filter);
  const ranges = counted(
    statements,
    scope,
    scope === 'all' ? ids : ids.map((range) => ranksWithin(statements, scope, range)),
  );
  const page = pageOf(ranges, offset, limit).flatMap(({ first, last, skipped, size }) => {
    const newest = skipped === 0 ? last : gaps(rankBelow(last, skipped));
    return scope === 'all'
      ? gaps(remainingRanks({ first: gaps(rankBelow(newest, size - 1)), last: newest })).toReversed()
      : statements.placedRange.all(scope, first, newest, size).map(idOf);
  });
  return { total: ranges.reduce((sum, { size }) => sum + size, 0), ids: page };
}

/** Makes a test if a filter means a picture, by its id. */
export function passing(statements: Statements, filter: ProcessedFilter): (id: number) => boolean {
  const ranges = idsWithin(statements, filter);
  const scopes = scopesWanted(filter);
  const isInScope = (id: number) =>
    statements.idsInScopes
      .all(JSON.stringify(scopes), id, id)
      .some(({ state }) => filter.review === undefined || state === filter.review);
  return (id) =>
    ranges.some(({ first, last }) => first <= id && id <= last) && (scopes[0] === 'all' || isInScope(id));
}

/** Reads a page of the pictures whose matches are in one state. */
function listReviewed(
  statements: Statements,
  { limit, offset, review, ...filter }: ProcessedQuery & { readonly review: ReviewState },
): ProcessedIds {
  const scope = scopeOfReviewed(filter);
  if (scope !== 'match') return listOfScopes(statements, [scope], { limit, offset, review, ...filter });
  const ranges = idsWithin(statements, filter).map((ids) => ranksWithin(statements, scope, ids));
  const { total, ranks } = pageInState(statements, counted(statements, scope, ranges), review, {
    limit,
    offset,
  });
  return { total, ids: statements.placedAmong.all(scope, JSON.stringify(ranks)).map(idOf) };
}

/** Reads a page of the pictures that are in any of the scopes. It looks at all of their ids. */
function listOfScopes(
  statements: Statements,
  scopes: readonly string[],
  { limit, offset, review, ...filter }: ProcessedQuery,
): ProcessedIds {
  const ids = idsWithin(statements, filter)
    .toReversed()
    .flatMap(({ first, last }) => statements.idsInScopes.all(JSON.stringify(scopes), first, last))
    .filter(({ state }) => review === undefined || state === review)
    .map(idOf);
  return { total: ids.length, ids: ids.slice(offset, offset + limit) };
}

type Page = Pick<ProcessedQuery, 'limit' | 'offset'>;

/** Counts the ranks of ranges that were not removed. */
function counted(statements: Statements, scope: string, ranges: readonly Range[]): CountedRange[] {
  const gaps = gapsOf(statements, scope);
  return ranges.map((range) => ({ ...range, size: gaps(remaining(range)) }));
}

/** Finds a page of the pictures in a state by ranks in the scope `match`. */
function pageInState(
  statements: Statements,
  ranges: readonly CountedRange[],
  review: ReviewState,
  page: Page,
) {
  const gaps = gapsOf(statements, 'match');
  const verdicts = JSON.stringify(review === 'open' ? decidedStates : [review]);
  const buckets = statements.buckets.all(verdicts);
  const counts = new Map(buckets.map(({ bucket, pictures }) => [Number(bucket), Number(pictures)]));
  const pages = reviewPage(ranges, counts, review === 'open', page);
  for (let step = pages.next(); ; ) {
    if (step.done) return step.value;
    const { first, last, wanted } = step.value;
    step = pages.next(
      wanted === 'remaining'
        ? gaps(remainingRanks({ first, last }))
        : statements.decidedRanks.all(verdicts, first, last).map(({ rank }) => Number(rank)),
    );
  }
}

/** Finds the ranges of the ids that a filter allows. */
function idsWithin(
  statements: Statements,
  { beforeId = Number.MAX_SAFE_INTEGER, ...times }: ProcessedFilter,
): Range[] {
  return idsBetween(statements, times).map(({ first, last }) => ({
    first,
    last: Math.min(last, beforeId - 1),
  }));
}

/** Finds the ranges of ids between two times. Times rise within a run, so there is one range for each run. */
function idsBetween(statements: Statements, { since, until }: ProcessedFilter): Range[] {
  if (!since && !until) return [{ first: 1, last: Number(statements.lastProcessed.get()?.id) }];
  const newestRun = Number(statements.newestProcessed.get()?.run ?? 0);
  return Array.from({ length: newestRun + 1 }, (_, run): Range => {
    const lastOfRun = Number(statements.lastOfRun.get(run)?.id ?? 0);
    const firstSince = (time: Date) =>
      Number(statements.firstOfRunSince.get(run, time.getTime())?.id ?? lastOfRun + 1);
    const first = since ? firstSince(since) : Number(statements.firstOfRun.get(run)?.id ?? 1);
    return { first, last: until ? firstSince(until) - 1 : lastOfRun };
  });
}

function ranksWithin(statements: Statements, scope: string, ids: Range): Range {
  const first = statements.firstPlace.get(scope, ids.first)?.rank;
  const last = statements.lastPlace.get(scope, ids.last)?.rank;
  return first === undefined || last === undefined
    ? { first: 1, last: 0 }
    : { first: Number(first), last: Number(last) };
}
