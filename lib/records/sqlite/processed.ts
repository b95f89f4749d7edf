import type { SQLOutputValue } from 'node:sqlite';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import type { KeptFace, ProcessedResult, Stamp, TimeDisorder, TrackProgress } from '../processed.ts';
import { timeAfter } from '../shared/clock.ts';
import {
  largestRemoved,
  type NodeBytes,
  type NodePlace,
  type Reading,
  readNow,
  remaining,
  removing,
} from '../shared/gaps.ts';
import { bucketOf } from '../shared/review-pages.ts';
import { type ReviewedMatch, withReviews } from '../shared/reviews.ts';
import { entryScope, scopesOf } from '../shared/scopes.ts';
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

/** To be called in a transaction. Returns the ids of those that there were. */
export function removeProcessed(statements: Statements, wanted: readonly number[]): number[] {
  const ids = statements.processedIdsAmong.all(JSON.stringify(wanted)).map(idOf);
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
export function gapsOf(statements: Statements, scope: string) {
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

/** Finds the last time that the clock was put back. */
export function timeDisorder(statements: Statements): TimeDisorder | undefined {
  const newest = statements.newestProcessed.get();
  const run = Number(newest?.run ?? 0);
  const [before, after] = [statements.lastOfRun.get(run - 1), statements.firstOfRun.get(run)];
  if (!before || !after) return undefined;
  return { before: stampOf(before), after: stampOf(after) };
}

type Row = Record<string, SQLOutputValue>;

export const idOf = ({ id }: Row) => Number(id);

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
