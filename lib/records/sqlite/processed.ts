import type { SQLOutputValue } from 'node:sqlite';
import type { ReviewState } from '../../contract/review.ts';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import type {
  KeptFace,
  ProcessedFilter,
  ProcessedPage,
  ProcessedQuery,
  ProcessedResult,
  Stamp,
  TimeDisorder,
  TrackProgress,
} from '../processed.ts';
import { pageOf, type Range, timeAfter } from '../shared/clock.ts';
import {
  largestRemoved,
  type NodeBytes,
  type NodePlace,
  type Reading,
  rankBelow,
  readNow,
  remaining,
  remainingRanks,
  removing,
} from '../shared/gaps.ts';
import { bucketOf, type CountedRange, reviewPage } from '../shared/review-pages.ts';
import { decidedStates, type ReviewedMatch, withReviews } from '../shared/reviews.ts';
import { entryScope, scopeOfFilter, scopeOfReviewed, scopesOf, scopesOfSeveral } from '../shared/scopes.ts';
import { storedResult } from '../shared/stored-result.ts';
import type { SqliteOutbox } from './outbox.ts';
import type { Statements } from './statements.ts';

/** Stores a processed picture; call it in a transaction. */
export function addProcessed(
  statements: Statements,
  outbox: SqliteOutbox,
  pictureId: string,
  result: ProcessedResult,
  actor: string,
  carried?: Date,
  kept: readonly KeptFace[] = [],
): Stamp & { readonly isNew: boolean } {
  const known = statements.processedByPicture.get(pictureId);
  if (known) return { ...stampOf(known), isNew: false };
  const newest = statements.newestProcessed.get();
  const { at, isNewRun } = timeAfter(Number(newest?.at ?? 0), carried?.getTime());
  const run = Number(newest?.run ?? 0) + (isNewRun ? 1 : 0);
  statements.insertProcessed.run(pictureId, JSON.stringify(result), at, run, actor);
  const stamp = stampOf(statements.processedByPicture.get(pictureId) ?? {});
  for (const scope of scopesOf(result)) {
    const last = Number(statements.lastRank.get(scope)?.rank ?? 0);
    const rank = 1 + Math.max(last, gapsOf(statements, scope)(largestRemoved()));
    statements.insertPlace.run(scope, rank, stamp.id);
  }
  for (const { faceIndex, version, bytes, code } of kept) {
    const { lastInsertRowid } = statements.insertKeptFace.run(
      stamp.id,
      faceIndex,
      Date.now(),
      version,
      bytes,
    );
    if (code) statements.insertKeptFaceCode.run(lastInsertRowid, code);
  }
  if (!carried && !result.track?.suppressed)
    outbox.add(pictureId, { ...result, db_id: stamp.id, processing_timestamp: stamp.timestamp });
  return { ...stamp, isNew: true };
}

/** Changes the times and counts of a passage; call it in a transaction. */
export function updateTrack(statements: Statements, id: number, progress: TrackProgress): void {
  for (const { at, result: json } of statements.storedAmong.all(JSON.stringify([id]))) {
    const result = storedResult(String(json), id, Number(at));
    if (!result.track) continue;
    const track = { ...result.track, ...progress };
    statements.replaceResult.run(JSON.stringify({ ...JSON.parse(String(json)), track }), id);
  }
}

export function getProcessed(
  statements: Statements,
  id: number,
  actor: string | undefined,
): ImageProcessingResult | undefined {
  const row = statements.processedById.get(id);
  return row && (actor === undefined || row.actor === actor) ? processedRecord(row) : undefined;
}

/** Returns the time of the newest picture that shows an entry. */
export function lastSeen(statements: Statements, entryId: number): string | null {
  const newest = statements.newestOfScope.get(entryScope(entryId));
  return newest ? stampOf(newest).timestamp : null;
}

/** To be called in a transaction, or nobody else may write meanwhile. */
export function listProcessed(
  statements: Statements,
  { limit, offset, ...filter }: ProcessedQuery,
): ProcessedPage {
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
  const rows = pageOf(ranges, offset, limit).flatMap(({ first, last, skipped, size }) => {
    const newest = skipped === 0 ? last : gaps(rankBelow(last, skipped));
    return scope === 'all'
      ? statements.processedRange.all(first, newest, size)
      : statements.placedRange.all(scope, first, newest, size);
  });
  return { total: ranges.reduce((sum, { size }) => sum + size, 0), items: rows.map(processedRecord) };
}

/** To be called in a transaction. Returns the ids of those that there were. */
export function removeProcessed(statements: Statements, wanted: readonly number[]): number[] {
  const ids = statements.processedIdsAmong.all(JSON.stringify(wanted)).map(({ id }) => Number(id));
  if (ids.length === 0) return ids;
  const list = JSON.stringify(ids);
  const newest = statements.newestProcessed.get();
  if (newest && ids.includes(Number(newest.id))) {
    statements.forgetNewest.run();
    statements.noteNewest.run(newest.id ?? null, newest.at ?? null, newest.run ?? null);
  }
  const places = statements.placesAmong.all(list).map(({ scope, rank }) => ({ scope: String(scope), rank }));
  const byScope = Map.groupBy(places, ({ scope }) => scope);
  for (const [scope, ofScope] of byScope) {
    noteRemoved(
      statements,
      scope,
      ofScope.map(({ rank }) => Number(rank)),
    );
  }
  noteRemoved(statements, 'all', ids);
  for (const { verdict, rank } of statements.decidedAmong.all(list)) {
    statements.countInBucket.run(String(verdict), bucketOf(Number(rank)), -1);
  }
  statements.deleteReviews.run(list);
  statements.deletePlaces.run(list);
  statements.deleteProcessed.run(list);
  return ids;
}

function noteRemoved(statements: Statements, scope: string, ranks: readonly number[]): void {
  for (const { level, number, bytes } of gapsOf(statements, scope)(removing(ranks))) {
    statements.putGapNode.run(scope, level, number, bytes);
  }
}

/** Answers what the gaps of a scope tell. */
function gapsOf(statements: Statements, scope: string) {
  const nodeAt = ({ level, number }: NodePlace): NodeBytes => {
    const bytes = statements.gapNode.get(scope, level, number)?.bytes;
    return bytes instanceof Uint8Array ? bytes : undefined;
  };
  return <Result>(reading: Reading<Result>): Result => readNow(reading, nodeAt);
}

export function countProcessed(statements: Statements): number {
  const last = Number(statements.lastProcessed.get()?.id);
  return gapsOf(statements, 'all')(remaining({ first: 1, last }));
}

/** Reads a page of the pictures whose matches are in one state. */
function listReviewed(
  statements: Statements,
  { limit, offset, review, ...filter }: ProcessedQuery & { readonly review: ReviewState },
): ProcessedPage {
  const scope = scopeOfReviewed(filter);
  if (scope !== 'match') return listOfScopes(statements, [scope], { limit, offset, review, ...filter });
  const ranges = idsWithin(statements, filter).map((ids) => ranksWithin(statements, scope, ids));
  const { total, ranks } = pageInState(statements, counted(statements, scope, ranges), review, {
    limit,
    offset,
  });
  return { total, items: statements.placedAmong.all(scope, JSON.stringify(ranks)).map(processedRecord) };
}

/** Reads a page of the pictures that are in any of the scopes. It looks at all of their ids. */
function listOfScopes(
  statements: Statements,
  scopes: readonly string[],
  { limit, offset, review, ...filter }: ProcessedQuery,
): ProcessedPage {
  const ids = idsWithin(statements, filter)
    .toReversed()
    .flatMap(({ first, last }) => statements.idsInScopes.all(JSON.stringify(scopes), first, last))
    .filter(({ state }) => review === undefined || state === review)
    .map(({ id }) => Number(id));
  const page = JSON.stringify(ids.slice(offset, offset + limit));
  return { total: ids.length, items: statements.recordsAmong.all(page).map(processedRecord) };
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

/** Finds the last time that the clock was put back. */
export function timeDisorder(statements: Statements): TimeDisorder | undefined {
  const newest = statements.newestProcessed.get();
  const run = Number(newest?.run ?? 0);
  const [before, after] = [statements.lastOfRun.get(run - 1), statements.firstOfRun.get(run)];
  if (!before || !after) return undefined;
  return { before: stampOf(before), after: stampOf(after) };
}

/** Finds the ranges of ids between two times. Times rise within a run, so there is one range for each run. */
function idsWithin(statements: Statements, { since, until }: ProcessedFilter): Range[] {
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

type Row = Record<string, SQLOutputValue>;

function stampOf({ id, at }: Row): Stamp {
  return { id: Number(id), timestamp: new Date(Number(at)).toISOString() };
}

export function processedRecord({ id, at, result, matches }: Row): ImageProcessingResult {
  const stored = storedResult(String(result), Number(id), Number(at));
  return matches ? withReviews(stored, reviewedMatches(matches)) : stored;
}

export function reviewedMatches(matches: Row[string] | undefined): ReviewedMatch[] {
  return matches ? JSON.parse(String(matches)) : [];
}
