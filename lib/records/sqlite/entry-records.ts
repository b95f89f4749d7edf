import { isService } from '../../audit/scope.ts';
import { NameTakenError } from '../../errors.ts';
import { foldedName } from '../../names/folded-name.ts';
import type { ChangedFields, EntryChange, EntryPage, EntryQuery, EntryRecord, NewEntry } from '../entry.ts';
import type { RecordStore } from '../port.ts';
import { changeDetail, changedEntry, newEntryRecord, requireVersion } from '../shared/entry-changes.ts';
import { claimEnd } from '../shared/entry-claims.ts';
import {
  entryParameters,
  entryRecord,
  findEntry,
  findEntryIds,
  giveUpEntry,
  newEntryParameters,
} from './entries.ts';
import type { SqliteSession } from './session.ts';
import { isUniqueViolation } from './transactions.ts';

/** Makes the part of the record store that keeps entries, but for their erasure. */
export function entryRecords(session: SqliteSession) {
  return { ...entryReads(session), ...entryWrites(session) };
}

/** Makes the methods that read entries. */
function entryReads(session: SqliteSession) {
  const { statements } = session;
  return {
    getEntry: (entryId) => session.read(() => findEntry(statements, entryId)),

    findEntry: (name) =>
      session.read(() => {
        const row = statements.entryByName.get(name);
        return row && entryRecord(row);
      }),

    listEntries: (status) => session.read(() => statements.entriesByStatus.all(status).map(entryRecord)),

    findEntries: (query) => session.read(() => findEntries(session, query)),

    async findAlike(name) {
      return session.read(() => statements.entriesByFoldedName.all(foldedName(name)).map(entryRecord));
    },

    lastEntryId: () => session.read(() => Number(statements.lastEntryId.get()?.id)),
  } satisfies Partial<RecordStore>;
}

function findEntries({ database, statements }: SqliteSession, query: EntryQuery): EntryPage {
  const { total, ids } = findEntryIds(database, query);
  const found = statements.entriesAmong.all(JSON.stringify(ids)).map(entryRecord);
  const byId = new Map(found.map((entry) => [entry.id, entry]));
  return { total, items: ids.flatMap((id) => byId.get(id) ?? []) };
}

/** Makes the methods that add and change entries. */
function entryWrites(session: SqliteSession) {
  const { statements } = session;
  return {
    createEntry: (given) => createEntry(session, given),

    activateEntry: (entryId) =>
      session.change(
        () => {
          const { changes } = statements.activateEntry.run(entryId);
          return changes === 0 ? undefined : findEntry(statements, entryId);
        },
        (entry) => entry && { entryId },
      ),

    async renewEntry(entryId, claimMs) {
      await session.write(() => statements.renewEntry.run(claimEnd({ claimMs }), entryId));
    },

    giveUpEntry: (entryId) => session.write(() => giveUpEntry(statements, entryId), { frees: true }),

    updateEntry: (entryId, change, options) => updateEntry(session, entryId, change, options),

    async removeEntry(entryId) {
      // Its images' records are removed too, by their foreign key.
      await session.change(
        () => statements.deleteEntry.run(entryId),
        ({ changes }) => (changes > 0 && isService() ? { entryId } : undefined),
        { frees: true },
      );
    },

    /** Returns no change: `openDatabase` has normalized all entries. */
    async normalizeEntries(): Promise<EntryChange[]> {
      return [];
    },
  } satisfies Partial<RecordStore>;
}

async function createEntry(session: SqliteSession, given: NewEntry): Promise<EntryRecord> {
  const { insertEntry, insertCarriedEntry } = session.statements;
  const entry = newEntryRecord(given, given.carried?.id ?? 0);
  const parameters = newEntryParameters(entry, claimEnd(given));
  const { lastInsertRowid } = await session.write(() =>
    takingName(entry.name, () =>
      given.carried?.id !== undefined
        ? insertCarriedEntry.run({ $id: entry.id, ...parameters })
        : insertEntry.run(parameters),
    ),
  );
  return { ...entry, id: Number(lastInsertRowid) };
}

async function updateEntry(
  session: SqliteSession,
  entryId: number,
  change: ChangedFields,
  { actor = null, ...condition }: Parameters<RecordStore['updateEntry']>[2] = {},
): Promise<EntryRecord | undefined> {
  const { statements } = session;
  let detail: string | undefined;
  return session.change(
    () => {
      const entry = findEntry(statements, entryId);
      if (entry?.status !== 'ACTIVE') return undefined;
      requireVersion(entry, condition);
      const changed = changedEntry(entry, change, actor);
      if (changed === entry) return entry;
      detail = changeDetail(entry, changed);
      takingName(changed.name, () =>
        statements.updateEntry.run({ $id: entryId, ...entryParameters(changed) }),
      );
      return changed;
    },
    () => (detail === undefined ? undefined : { entryId, detail }),
  );
}

/**
 * Runs `write`.
 * @throws NameTakenError when another entry has the name
 */
function takingName<T>(name: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw isUniqueViolation(error) ? new NameTakenError(name) : error;
  }
}
