import type { SQLOutputValue } from 'node:sqlite';
import type { EntryRecord, ErasedCounts, ErasureRecord, HistoryChoice } from '../port.ts';
import { mostOf, nothingErased, redacted, tellsOf } from '../shared/redaction.ts';
import { row } from '../shared/row.ts';
import { storedResult } from '../shared/stored-result.ts';
import type { SqliteOutbox } from './outbox.ts';
import type { Statements } from './statements.ts';

/** Notes that an entry is to be erased, and that receivers are to be told. To be called in a transaction. */
export function beginErasure(
  statements: Statements,
  outbox: SqliteOutbox,
  entry: EntryRecord,
  history: HistoryChoice,
): void {
  const isNew = statements.erasure.get(entry.id) === undefined;
  const now = new Date().toISOString();
  statements.insertErasure.run(entry.id, history, now, JSON.stringify(nothingErased));
  if (!isNew) return;
  noteErasure(statements, entry.id, { pending_events: outbox.forgetEntry(entry.id) });
  outbox.tellDeleted({ type: 'entry.deleted', timestamp: now, data: { entry_id: entry.id, history } });
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
  isFinished = false,
): void {
  const known = getErasure(statements, entryId);
  if (!known) return;
  const finished = isFinished ? new Date().toISOString() : null;
  statements.noteErasure.run(JSON.stringify(mostOf(known.removed, found)), finished, entryId);
}

export function unsettledErasures(statements: Statements): ErasureRecord[] {
  return statements.unsettledErasures.all().map(erasureOf);
}

/** To be called in a transaction. Returns the texts that went. */
export function redactProcessed(statements: Statements, ids: readonly number[], entryId: number): string[] {
  const texts: string[] = [];
  for (const { id, at, result: json } of statements.storedAmong.all(JSON.stringify(ids))) {
    const result = storedResult(String(json), Number(id), Number(at));
    if (!tellsOf(result, entryId)) continue;
    statements.replaceResult.run(JSON.stringify(redacted(result, entryId)), Number(id));
    const own = result.faces
      .flatMap(({ blacklist_matches }) => blacklist_matches)
      .filter(({ entry }) => entry.id === entryId);
    texts.push(...own.flatMap(({ entry, identity }) => [entry.name, identity]));
  }
  return texts;
}

function erasureOf({
  entry_id,
  history,
  started,
  finished,
  removed,
}: Record<string, SQLOutputValue>): ErasureRecord {
  return {
    entryId: Number(entry_id),
    history: row<HistoryChoice>(history),
    started: String(started),
    finished: finished === null ? null : String(finished),
    removed: JSON.parse(String(removed)),
  };
}
