import type { SQLOutputValue } from 'node:sqlite';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import type { ProcessedFilter, ProcessedPage, ProcessedQuery, ProcessedResult, Stamp } from '../port.ts';
import { scopeAsked, scopesOf } from '../scopes.ts';
import { storedResult } from '../stored-result.ts';
import type { Outbox } from './outbox.ts';
import type { Statements } from './statements.ts';

/** First and last, both included; there are none where the first is larger. */
interface Range {
  readonly first: number;
  readonly last: number;
}

/** To be called in a transaction. */
export function addProcessed(
  statements: Statements,
  outbox: Outbox,
  pictureId: string,
  result: ProcessedResult,
): Stamp {
  const known = statements.processedByPicture.get(pictureId);
  if (known) return stampOf(known);
  statements.insertProcessed.run(pictureId, JSON.stringify(result), Date.now());
  const stamp = stampOf(statements.processedByPicture.get(pictureId) ?? {});
  for (const scope of scopesOf(result)) statements.insertPlace.run(scope, scope, stamp.id);
  outbox.add(pictureId, { ...result, db_id: stamp.id, processing_timestamp: stamp.timestamp });
  return stamp;
}

export function getProcessed(statements: Statements, id: number): ImageProcessingResult | undefined {
  const row = statements.processedById.get(id);
  return row && processedRecord(row);
}

/** Records are only ever added, so those within a range stay as they are between the statements. */
export function listProcessed(
  statements: Statements,
  { limit, offset, ...filter }: ProcessedQuery,
): ProcessedPage {
  const scope = scopeAsked(filter);
  const ids = idsWithin(statements, filter);
  const { first, last } = scope === 'all' ? ids : ranksWithin(statements, scope, ids);
  const total = Math.max(0, last - first + 1);
  if (total <= offset) return { total, items: [] };
  const newest = last - offset;
  const oldest = Math.max(first, newest - limit + 1);
  const rows =
    scope === 'all'
      ? statements.processedRange.all(oldest, newest)
      : statements.placedRange.all(scope, oldest, newest);
  return { total, items: rows.map(processedRecord) };
}

function idsWithin(statements: Statements, { since, until }: ProcessedFilter): Range {
  const total = Number(statements.processedTotal.get()?.total);
  const firstSince = (time: Date) =>
    Number(statements.firstProcessedSince.get(time.getTime())?.id ?? total + 1);
  return { first: since ? firstSince(since) : 1, last: until ? firstSince(until) - 1 : total };
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

function processedRecord({ id, at, result }: Row): ImageProcessingResult {
  return storedResult(String(result), Number(id), Number(at));
}
