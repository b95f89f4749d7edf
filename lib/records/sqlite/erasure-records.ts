import type { AuditFacts } from '../../audit/port.ts';
import { changeFacts } from '../../audit/scope.ts';
import { EntryNotFoundError } from '../../errors.ts';
import type { EntryRecord } from '../entry.ts';
import type { ErasureOptions } from '../erasure.ts';
import type { MergeStep } from '../merging.ts';
import type { RecordStore } from '../port.ts';
import { requireVersion } from '../shared/entry-changes.ts';
import { mergedEntry, requireMergeable } from '../shared/mergeable.ts';
import { embeddingsOf } from './embedding-rows.ts';
import { entryParameters, findEntry } from './entries.ts';
import {
  beginErasure,
  decidingId,
  forgetKept,
  getErasure,
  mergedEntries,
  noteErasure,
  redactProcessed,
  unsettledErasures,
} from './erasures.ts';
import { imageRecord } from './images.ts';
import { forgetAnswers } from './kept-answers.ts';
import { claimOf, replaceClaim } from './merge-claims.ts';
import { purgeDatabase } from './purge.ts';
import type { SqliteSession } from './session.ts';
import type { Statements } from './statements.ts';

/** Makes the part of the record store that erases entries, and merges them. */
export function erasureRecords(session: SqliteSession) {
  const { statements } = session;
  return {
    markEntryDeleting: (entryId, options) => markEntryDeleting(session, entryId, options),

    getErasure: (entryId) => session.read(() => getErasure(statements, entryId)),

    mergedEntries: (entryId) => session.read(() => mergedEntries(statements, entryId)),

    noteErasure: (entryId, found, isFinished) =>
      session.write(() => noteErasure(statements, entryId, found, isFinished), { frees: true }),

    unsettledErasures: () => session.read(() => unsettledErasures(statements)),

    async settleErasure(entryId) {
      await session.write(() => statements.settleErasure.run(entryId), { frees: true });
    },

    redactProcessed: (ids, entryId, options) =>
      session.write(() => redact(session, ids, entryId, options?.isSeen), { frees: true }),

    /** Returns 0: `openDatabase` has closed them. */
    closeErased: async () => 0,

    purge: (entryId) => purge(session, entryId),

    mergeClaim: (entryId) => session.read(() => claimOf(statements, entryId)),

    replaceMergeClaim: (entryId, before, after) =>
      session.write(() => {
        const isNeeded = after !== undefined && !after.isRevoked;
        if (isNeeded && findEntry(statements, entryId)?.status !== 'ACTIVE') return false;
        return replaceClaim(statements, entryId, before, after);
      }),
  } satisfies Partial<RecordStore>;
}

async function markEntryDeleting(
  session: SqliteSession,
  entryId: number,
  { history, mergedInto, merge, ...condition }: ErasureOptions = {},
): Promise<EntryRecord | undefined> {
  const { database, statements, outbox, traces } = session;
  let facts: readonly AuditFacts[] = [];
  return session.change(
    () => {
      const before = findEntry(statements, entryId);
      if (before && before.status !== 'DELETING') requireVersion(before, condition);
      if (mergedInto !== undefined) {
        if (before?.status !== 'ACTIVE') throw new EntryNotFoundError();
        const into = findEntry(statements, mergedInto);
        requireMergeable(into);
        if (merge) facts = mergeFields(statements, before, into, merge);
      }
      statements.markEntryDeleting.run(entryId);
      if (before && history) {
        beginErasure(statements, outbox, before, history, mergedInto ?? null);
        // The other entry has the same embeddings, byte for byte.
        if (mergedInto === undefined) traces.noteEntry(before, history, embeddingsOf(database, entryId));
      }
      return before;
    },
    (before) => (before?.status === 'ACTIVE' ? [...facts, changeFacts({ entryId })] : undefined),
    { frees: true },
  );
}

/** Gives an entry what it lacks of the fields of one that is merged into it. Returns the lines about it. */
function mergeFields(
  statements: Statements,
  from: EntryRecord,
  into: EntryRecord,
  step: MergeStep,
): readonly AuditFacts[] {
  const claim = claimOf(statements, from.id);
  const images = statements.imagesOfEntry.all(from.id).map(imageRecord);
  const { entry, facts } = mergedEntry({ into, from, claim, images }, step);
  statements.updateEntry.run({ $id: into.id, ...entryParameters(entry) });
  return facts;
}

/** Takes an entry out of processed pictures, and notes what must not be found any more. */
function redact(
  { statements, traces }: SqliteSession,
  ids: readonly number[],
  entryId: number,
  isSeen: boolean | undefined,
): void {
  const redacted = redactProcessed(statements, ids, entryId, isSeen);
  const erasedId = decidingId(statements, entryId);
  for (const text of redacted.texts) traces.noteText(erasedId, text);
  forgetKept(statements, traces, redacted.keptFaces, entryId, erasedId);
}

async function purge(session: SqliteSession, entryId: number): Promise<void> {
  const { database, traces } = session;
  await session.write(() => forgetAnswers(database, entryId), { frees: true });
  await purgeDatabase(database, traces.of(entryId));
  traces.forget(entryId);
}
