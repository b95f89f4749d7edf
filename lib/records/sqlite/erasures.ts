import type { SQLOutputValue } from 'node:sqlite';
import type { EntryRecord } from '../entry.ts';
import type { ErasedCounts, ErasureRecord, HistoryChoice } from '../erasure.ts';
import {
  countsOf,
  finishedTime,
  matchesOf,
  mentions,
  mostOf,
  nothingErased,
  redacted,
  redactedSeen,
} from '../shared/redaction.ts';
import { row } from '../shared/row.ts';
import { storedResult } from '../shared/stored-result.ts';
import type { ErasedTraces } from './erased-traces.ts';
import type { SqliteOutbox } from './outbox.ts';
import { redactReviews } from './reviews.ts';
import type { Statements } from './statements.ts';

/** Notes that an entry is to be erased, and that receivers are to be told. To be called in a transaction. */
export function beginErasure(
  statements: Statements,
  outbox: SqliteOutbox,
  entry: EntryRecord,
  history: HistoryChoice,
  mergedInto: number | null,
): void {
  const isNew = statements.erasure.get(entry.id) === undefined;
  const now = new Date().toISOString();
  statements.insertErasure.run(entry.id, history, now, JSON.stringify(nothingErased), mergedInto);
  if (!isNew) return;
  // Receivers are still told of a person who stays listed.
  if (mergedInto === null) {
    noteErasure(statements, entry.id, { pending_events: forgetEvents(statements, outbox, entry.id) });
  }
  outbox.addNotice({ type: 'entry.deleted', timestamp: now, data: { entry_id: entry.id, history } });
}

/** Forgets the events of an entry, and of those that were merged into it; returns how many there were. */
function forgetEvents(statements: Statements, outbox: SqliteOutbox, entryId: number): number {
  return mergedEntries(statements, entryId).reduce(
    (count, merged) => count + forgetEvents(statements, outbox, merged),
    outbox.forgetEntry(entryId),
  );
}

export function mergedEntries(statements: Statements, entryId: number): number[] {
  return statements.mergedEntries.all(entryId).map(({ entry_id }) => Number(entry_id));
}

/** Returns the entry with whose erasure the history of a merged one goes; of others, the entry itself. */
export function decidingId(statements: Statements, entryId: number): number {
  const mergedInto = getErasure(statements, entryId)?.mergedInto;
  return mergedInto === undefined ? entryId : decidingId(statements, mergedInto);
}

export function getErasure(statements: Statements, entryId: number): ErasureRecord | undefined {
  const found = statements.erasure.get(entryId);
  return found && erasureOf(found);
}

/** To be called in a transaction. */
export function noteErasure(
  statements: Statements,
  entryId: number,
  found: Partial<ErasedCounts>,
  isFinished?: boolean,
): void {
  const known = getErasure(statements, entryId);
  if (!known) return;
  const finished = finishedTime(known, isFinished);
  statements.noteErasure.run(JSON.stringify(mostOf(known.removed, found)), finished, entryId);
}

/**
 * Removes kept faces, counts them, and notes what must not be found of them. To be called in a transaction.
 * @param erasedId entry with whose erasure they go
 */
export function forgetKept(
  statements: Statements,
  traces: ErasedTraces,
  rows: readonly Record<string, SQLOutputValue>[],
  entryId: number,
  erasedId = entryId,
): void {
  if (rows.length === 0) return;
  traces.noteKeptFaces(erasedId, rows);
  statements.deleteKeptFaces.run(JSON.stringify(rows.map(({ id }) => Number(id))));
  const known = getErasure(statements, entryId)?.removed.kept_faces ?? 0;
  noteErasure(statements, entryId, { kept_faces: known + rows.length });
}

export function unsettledErasures(statements: Statements): ErasureRecord[] {
  return statements.unsettledErasures.all().map(erasureOf);
}

/**
 * Counts what goes. To be called in a transaction.
 * @returns the texts that went, and the kept faces that are to go
 */
export function redactProcessed(
  statements: Statements,
  ids: readonly number[],
  entryId: number,
  isSeen = false,
): { texts: string[]; keptFaces: Record<string, SQLOutputValue>[] } {
  const texts: string[] = [];
  const keptFaces: Record<string, SQLOutputValue>[] = [];
  const counts = { history_records: 0, history_pictures: 0 };
  for (const { id, at, result: json } of statements.storedAmong.all(JSON.stringify(ids))) {
    const result = storedResult(String(json), Number(id), Number(at));
    if (!isSeen && !mentions(result, entryId)) continue;
    keptFaces.push(...statements.keptFacesOf.all(Number(id)));
    const after = (isSeen ? redactedSeen : redacted)(result, entryId);
    statements.replaceResult.run(JSON.stringify(after), Number(id));
    texts.push(...matchesOf(result, entryId).flatMap(({ entry, identity }) => [entry.name, identity]));
    texts.push(...redactReviews(statements, Number(id), entryId, after));
    const { history_records, history_pictures } = countsOf(result);
    counts.history_records += history_records;
    counts.history_pictures += history_pictures;
  }
  const known = counts.history_records > 0 ? getErasure(statements, entryId) : undefined;
  if (known) {
    noteErasure(statements, entryId, {
      history_records: known.removed.history_records + counts.history_records,
      history_pictures: known.removed.history_pictures + counts.history_pictures,
    });
  }
  return { texts, keptFaces };
}

function erasureOf({
  entry_id,
  history,
  started,
  finished,
  removed,
  merged_into,
}: Record<string, SQLOutputValue>): ErasureRecord {
  return {
    entryId: Number(entry_id),
    history: row<HistoryChoice>(history),
    ...(merged_into !== null && { mergedInto: Number(merged_into) }),
    started: String(started),
    finished: finished === null ? null : String(finished),
    removed: JSON.parse(String(removed)),
  };
}
