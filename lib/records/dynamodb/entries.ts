import { changeFacts, countWritten, isService } from '../../audit/scope.ts';
import { BackendUnavailableError, EntryNotFoundError, NameTakenError } from '../../errors.ts';
import { foldedName } from '../../names/folded-name.ts';
import type { EntryChange, EntryRecord, NewEntry } from '../entry.ts';
import type { ErasureOptions } from '../erasure.ts';
import type { MergeStep } from '../merging.ts';
import type { RecordStore } from '../port.ts';
import { changeDetail, changedEntry, newEntryRecord, requireVersion } from '../shared/entry-changes.ts';
import { claimEnd, hasLapsed } from '../shared/entry-claims.ts';
import { mergedEntry, requireMergeable } from '../shared/mergeable.ts';
import { planNormalForms } from '../shared/normal-entries.ts';
import { row } from '../shared/row.ts';
import { type Action, isNew } from './action.ts';
import { again, type TableClient } from './client.ts';
import { entryReads, readEntry } from './entry-reads.ts';
import { erasureActions } from './erasures.ts';
import { imagesOf, removeImagesOf } from './images.ts';
import {
  counterKey,
  type EntryItem,
  entriesPartition,
  entryAttributes,
  entryKey,
  entryRecord,
  foldedPlace,
  hiddenEntryPlace,
  nameKey,
} from './items.ts';
import { claimOf, stillClaimed } from './merge-claims.ts';
import { countingShown, recountShown } from './shown-count.ts';

/** Makes the part of the record store that keeps entries. */
export function entryRecords(table: TableClient) {
  return { ...entryReads(table), ...entryAdditions(table), ...entryChanges(table) };
}

/** Makes the methods that list somebody. */
function entryAdditions(table: TableClient) {
  return {
    createEntry: (given: NewEntry): Promise<EntryRecord> => createEntry(table, given),

    async activateEntry(entryId: number): Promise<EntryRecord | undefined> {
      return table.settle(async () => {
        const entry = await readEntry(table, entryId);
        if (entry?.status !== 'PENDING') return undefined;
        const { done } = await table.transact(
          [
            changeOf(entry, { status: 'ACTIVE' }),
            { remove: hiddenEntryPlace(entryId, 'PENDING') },
            countingShown(entryId, 1),
          ],
          [changeFacts({ entryId })],
        );
        if (done) countWritten(1);
        return done ? { ...entryRecord(entry), status: 'ACTIVE' } : again;
      });
    },

    async renewEntry(entryId: number, claimMs: number): Promise<void> {
      await table.settle(async () => {
        const entry = await readEntry(table, entryId);
        if (entry?.status !== 'PENDING') return;
        const { done } = await table.transact([changeOf(entry, { claimedUntil: claimEnd({ claimMs }) })]);
        if (!done) return again;
      });
    },

    async giveUpEntry(entryId: number): Promise<boolean> {
      return table.settle(async () => {
        const entry = await readEntry(table, entryId);
        if (!entry) return true;
        if (entry.status !== 'PENDING') return entry.status === 'DELETING';
        if (!hasLapsed(entry.addedDate, entry.claimedUntil)) return false;
        const { done } = await table.transact(hiding(entry));
        return done || again;
      });
    },
  } satisfies Partial<RecordStore>;
}

async function createEntry(table: TableClient, given: NewEntry): Promise<EntryRecord> {
  const { name, carried } = given;
  if (carried?.id !== undefined) await raiseCounter(table, carried.id);
  return table.settle(async () => {
    const id = carried?.id ?? (await table.next(counterKey('entry')));
    const entry = newEntryRecord(given, id);
    const added = { version: 1, folded: foldedName(name), claimedUntil: claimEnd(given) };
    const { done, refused } = await table.transact([
      { put: { ...entryKey(id), ...entryAttributes(entry), ...added }, ...isNew },
      { put: { ...nameKey(name), entryId: id }, ...isNew },
      { put: hiddenEntryPlace(id, 'PENDING') },
      { put: foldedPlace(foldedName(name), id) },
    ]);
    if (done) return entry;
    if (carried?.id !== undefined && refused.has(0))
      throw new BackendUnavailableError(`Entry ${id} exists already.`, 5);
    if (refused.has(1)) throw new NameTakenError(name);
    // Another write was in the way, or an entry just carried here has the id. The next attempt gets
    // another id.
    return again;
  });
}

/** Makes the methods that change and remove entries. */
function entryChanges(table: TableClient) {
  return {
    async updateEntry(entryId, change, { actor = null, ...condition } = {}) {
      return table.settle(async () => {
        const item = await readEntry(table, entryId);
        if (item?.status !== 'ACTIVE') return undefined;
        const entry = entryRecord(item);
        requireVersion(entry, condition);
        const changed = changedEntry(entry, change, actor);
        if (changed === entry) return entry;
        const { imageCount: _, ...attributes } = entryAttributes(changed);
        const { done, refused } = await table.transact(changing(item, attributes), [
          changeFacts({ entryId, detail: changeDetail(entry, changed) }),
        ]);
        if (done) countWritten(1);
        if (done) return changed;
        if (refused.has(1) && !refused.has(0)) throw new NameTakenError(changed.name);
        return again;
      });
    },

    async markEntryDeleting(entryId: number, options?: ErasureOptions): Promise<EntryRecord | undefined> {
      return markDeleting(table, entryId, options);
    },

    removeEntry: (entryId: number): Promise<void> => removeEntry(table, entryId),

    normalizeEntries: (): Promise<EntryChange[]> => normalizeEntries(table),
  } satisfies Partial<RecordStore>;
}

/**
 * Removes the images first, of which there may be any number, and then the name with the entry itself.
 * Until that last step, the removal can be repeated.
 */
async function removeEntry(table: TableClient, entryId: number): Promise<void> {
  const marked = await markDeleting(table, entryId);
  if (!marked) return;
  await removeImagesOf(table, entryId);
  await table.settle(async () => {
    const entry = await readEntry(table, entryId);
    if (!entry) return;
    const { done } = await table.transact(
      [
        { remove: entryKey(entryId), ...unchanged(entry) },
        { remove: nameKey(entry.name) },
        { remove: hiddenEntryPlace(entryId, 'DELETING') },
        { remove: foldedPlace(foldedName(entry.name), entryId) },
      ],
      isService() ? [changeFacts({ entryId })] : [],
    );
    if (!done) return again;
  });
}

async function normalizeEntries(table: TableClient): Promise<EntryChange[]> {
  const changed: EntryChange[] = [];
  const items: EntryItem[] = [];
  await recountShown(table, async () => {
    for await (const some of table.query(entriesPartition)) items.push(...row<EntryItem[]>(some));
    return items.filter(({ status }) => status === 'ACTIVE').length;
  });
  const changes = planNormalForms(items.map(entryRecord));
  const byId = new Map(items.map((item) => [item.id, item]));
  for (const change of changes) {
    const seen = byId.get(change.entryId);
    if (seen && (await normalize(table, seen, change))) changed.push(change);
  }
  const isChanged = new Set(changes.map(({ entryId }) => entryId));
  for (const seen of items) {
    if (!isChanged.has(seen.id) && seen.folded !== foldedName(seen.name)) await normalize(table, seen, seen);
  }
  return changed;
}

async function markDeleting(
  table: TableClient,
  entryId: number,
  { history, mergedInto, merge, ...condition }: ErasureOptions = {},
): Promise<EntryRecord | undefined> {
  return table.settle(async () => {
    const entry = await readEntry(table, entryId);
    if (mergedInto !== undefined && entry?.status !== 'ACTIVE') throw new EntryNotFoundError();
    if (!entry) return undefined;
    const erasure = history ? await erasureActions(table, entry, history, mergedInto) : [];
    if (entry.status === 'DELETING') {
      if (erasure.length > 0 && !(await table.transact(erasure)).done) return again;
      return entryRecord(entry);
    }
    requireVersion(entryRecord(entry), condition);
    const merging = mergedInto === undefined ? undefined : await mergeInto(table, entry, mergedInto, merge);
    const facts = entry.status === 'ACTIVE' ? [...(merging?.facts ?? []), changeFacts({ entryId })] : [];
    const actions = [...erasure, ...hiding(entry), ...(merging?.actions ?? [])];
    const { done } = await table.transact(actions, facts);
    if (done) countWritten(facts.length);
    return done ? entryRecord(entry) : again;
  });
}

/**
 * Makes the actions that give an entry what it lacks of the fields of one that is merged into it. Whoever
 * adds an image to the other one changes its item, which the transaction wants as it was read.
 */
async function mergeInto(table: TableClient, from: EntryItem, intoId: number, step: MergeStep | undefined) {
  const into = await readEntry(table, intoId);
  requireMergeable(into);
  if (!step) return { actions: [stillActive(intoId)], facts: [] };
  const claim = await claimOf(table, from.id);
  const images = await imagesOf(table, from.id);
  const before = entryRecord(into);
  const { entry, facts } = mergedEntry({ into: before, from: entryRecord(from), claim, images }, step);
  const { imageCount: _, ...attributes } = entryAttributes(entry);
  const change = entry === before ? [stillActive(intoId)] : changing(into, attributes);
  return { actions: [...change, stillClaimed(from.id, claim)], facts };
}

/** Makes the actions that hide an entry. */
function hiding(entry: EntryItem): Action[] {
  return [
    changeOf(entry, { status: 'DELETING' }),
    { remove: hiddenEntryPlace(entry.id, 'PENDING') },
    { put: hiddenEntryPlace(entry.id, 'DELETING') },
    ...(entry.status === 'ACTIVE' ? [countingShown(entry.id, -1)] : []),
  ];
}

/** Makes the action that fails where an entry is shown no longer. */
function stillActive(entryId: number): Action {
  return { check: entryKey(entryId), condition: '#status = :status', values: { status: 'ACTIVE' } };
}

/**
 * Gives an entry its normal name and reason, unless it has changed since it was read, or another entry has
 * the name. In both cases, either the other writer normalized it, or the next run will.
 */
async function normalize(
  table: TableClient,
  seen: EntryItem,
  { name, reason }: Pick<EntryRecord, 'name' | 'reason'>,
): Promise<boolean> {
  return table.settle(async () => {
    const entry = await readEntry(table, seen.id);
    if (entry?.name !== seen.name || entry.reason !== seen.reason) return false;
    const { done, refused } = await table.transact(changing(entry, { name, reason }), [
      changeFacts({ entryId: seen.id }),
    ]);
    if (done) return true;
    return refused.has(1) ? false : again;
  });
}

/**
 * Makes the actions of a change. The first changes the entry; the second, if the name changes, takes the new
 * name.
 */
function changing(entry: EntryItem, change: Partial<EntryItem> & Pick<EntryItem, 'name'>): Action[] {
  const { id: entryId, folded: before } = entry;
  const { name } = change;
  const folded = foldedName(name);
  const actions = [changeOf(entry, { ...change, folded })];
  if (name !== entry.name) {
    actions.push({ put: { ...nameKey(name), entryId }, ...isNew }, { remove: nameKey(entry.name) });
  }
  if (folded !== before) {
    actions.push({ put: foldedPlace(folded, entryId) });
    if (before !== undefined) actions.push({ remove: foldedPlace(before, entryId) });
  }
  return actions;
}

/** Makes all later ids larger than this one. */
async function raiseCounter(table: TableClient, entryId: number): Promise<void> {
  await table.settle(async () => {
    const { done, refused } = await table.transact([
      {
        update: counterKey('entry'),
        change: 'SET #last = :id',
        condition: 'attribute_not_exists(#last) OR #last < :id',
        values: { id: entryId },
      },
    ]);
    return done || refused.has(0) || again;
  });
}

/** Condition that the entry has not changed since it was read. */
const unchanged = ({ version }: EntryItem) => ({ condition: '#version = :version', values: { version } });

function changeOf(entry: EntryItem, change: Partial<EntryItem>): Action {
  const { condition, values } = unchanged(entry);
  const assignments = Object.keys(change).map((name) => `#${name} = :new_${name}`);
  const newValues = Object.entries(change).map(([name, value]) => [`new_${name}`, value]);
  return {
    update: entryKey(entry.id),
    change: `SET ${assignments.join(', ')} ADD #version :one`,
    condition,
    values: { ...values, ...Object.fromEntries(newValues), one: 1 },
  };
}
