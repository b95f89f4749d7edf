import { afterEach, beforeEach, expect, type TestAPI, test, vi } from 'vitest';
import { NameTakenError, VersionConflictError } from '../../../lib/errors.ts';
import type { EntryDetails } from '../../../lib/records/entry.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import { activeEntry, isoTime, type OpenedRecords } from './fixtures.ts';

export const details: EntryDetails = {
  expiresAt: '2999-01-31T12:00:00.000Z',
  reviewAt: '2998-01-31T12:00:00.000Z',
  category: 'Betrug',
  severity: 'danger',
  notes: `${'Groß 😀'.repeat(700)}\nline two`,
  suspended: true,
};
const past = '2020-02-29T12:00:00.000Z';

/** Tests the details of entries, their versions, and when nobody matches them. */
export function entryDetailSuite(opened: () => OpenedRecords, undisturbed: TestAPI): void {
  let store: RecordStore;
  beforeEach(() => {
    store = opened().store;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  undisturbed('an entry has no details and version 1 unless it is given some', async () => {
    const plain = await store.createEntry({ name: 'Ada', reason: null });
    const none = { expiresAt: null, reviewAt: null, category: null, severity: null, notes: null };
    const unchanged = { addedBy: null, updatedBy: null, updatedDate: null, version: 1 };
    expect(plain).toMatchObject({ ...none, ...unchanged, suspended: false });
    const full = await store.createEntry({ name: 'Bob', reason: 'x', ...details, addedBy: 'desk 1' });
    expect(full).toMatchObject({ ...details, ...unchanged, addedBy: 'desk 1' });
    for (const entry of [plain, full]) expect(await store.getEntry(entry.id)).toEqual(entry);
    expect(await store.listEntries('PENDING')).toEqual([plain, full]);
    expect(await store.findEntry('Bob')).toEqual(full);
  });

  undisturbed('a change names what changes, counts the version up, and notes who made it', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    const first = await store.updateEntry(entry.id, details, { actor: 'desk 1' });
    expect(first).toEqual({
      ...entry,
      ...details,
      ...{ version: 2, updatedBy: 'desk 1', updatedDate: expect.stringMatching(isoTime) },
    });
    const emptied = { expiresAt: null, notes: null, suspended: false };
    const second = await store.updateEntry(entry.id, emptied);
    expect(second).toMatchObject({ ...details, ...emptied, version: 3, updatedBy: null, name: 'Ada' });
    expect(await store.getEntry(entry.id)).toEqual(second);
    expect(await store.listEntries('ACTIVE')).toEqual([second]);
  });

  undisturbed('what changes nothing leaves version and date, and pictures are no change', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    expect(entry.version).toBe(1);
    expect(await store.updateEntry(entry.id, { name: 'Ada', reason: 'theft', suspended: false })).toEqual(
      entry,
    );
    expect(await store.updateEntry(entry.id, {})).toEqual(entry);
  });

  test('a change for another version is refused, says who was faster, and changes nothing', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    const changed = await store.updateEntry(entry.id, { reason: 'one' }, { actor: 'desk 1', ifVersion: [1] });
    const late = store.updateEntry(entry.id, { name: 'Eve', reason: 'two' }, { ifVersion: [1, 7] });
    await expect(late).rejects.toThrow(VersionConflictError);
    await expect(late).rejects.toThrow(
      `Entry ${entry.id} was changed by desk 1 at ${changed?.updatedDate}. It has version 2`,
    );
    expect(await store.getEntry(entry.id)).toEqual(changed);
    expect(await store.updateEntry(entry.id, { reason: 'two' }, { ifVersion: [1, 2] })).toMatchObject({
      version: 3,
    });
    await expect(store.updateEntry(entry.id, {}, { ifVersion: [] })).rejects.toThrow(VersionConflictError);
    await store.createEntry({ name: 'Bob', reason: null });
    await expect(store.updateEntry(entry.id, { name: 'Bob' }, { ifVersion: [3] })).rejects.toThrow(
      NameTakenError,
    );
  });

  test('of ten changes for one version at the same moment, one is made', async () => {
    const another = await opened().another();
    const { entry } = await activeEntry(store, 'Ada');
    const attempts = Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? store : another).updateEntry(entry.id, { notes: `${index}` }, { ifVersion: [1] }),
    );
    const outcomes = await Promise.allSettled(attempts);
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(won).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(VersionConflictError);
    expect(await store.getEntry(entry.id)).toEqual(won[0]?.value);
  });

  test('an entry of another version is not hidden, and one that is going already is', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    await store.updateEntry(entry.id, { reason: 'one' });
    await expect(store.markEntryDeleting(entry.id, { ifVersion: [1] })).rejects.toThrow(VersionConflictError);
    expect(await store.getEntry(entry.id)).toMatchObject({ status: 'ACTIVE' });
    expect(await store.markEntryDeleting(entry.id, { ifVersion: [2] })).toMatchObject({ status: 'ACTIVE' });
    expect(await store.markEntryDeleting(entry.id, { ifVersion: [1] })).toMatchObject({ status: 'DELETING' });
  });

  undisturbed('an entry from another store keeps its details, who made it, and its version', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    const updated = await store.updateEntry(entry.id, details, { actor: 'desk 2' });
    if (!updated) throw new Error('There is no such entry.');
    const {
      id: _,
      addedDate,
      updatedBy,
      updatedDate,
      version,
      status: _s,
      imageCount: _i,
      ...kept
    } = updated;
    const carried = { id: 700, addedDate, updatedBy, updatedDate, version };
    const there = await store.createEntry({ ...kept, name: 'Bob', carried });
    expect(there).toEqual({ ...updated, id: 700, name: 'Bob', status: 'PENDING', imageCount: 0 });
    expect(await store.getEntry(700)).toEqual(there);
  });

  undisturbed(
    'nobody may be shown as a match while the entry is suspended, or once it has expired',
    async () => {
      const { entry, imageId } = await activeEntry(store, 'Ada');
      const isFound = async () => (await store.findActive([imageId])).has(imageId);
      expect(await isFound()).toBe(true);
      for (const change of [{ suspended: true }, { suspended: false, expiresAt: past }]) {
        await store.updateEntry(entry.id, change);
        expect(await isFound()).toBe(false);
        expect(await store.listEntries('ACTIVE')).toHaveLength(1);
      }
      await store.updateEntry(entry.id, { expiresAt: '2999-01-31T12:00:00.000Z' });
      expect(await isFound()).toBe(true);
    },
  );

  undisturbed('an entry ends by the clock alone, whoever looks', async () => {
    const { entry, imageId } = await activeEntry(store, 'Ada');
    const another = await opened().another();
    const expiresAt = new Date(Date.now() + 60_000);
    await store.updateEntry(entry.id, { expiresAt: expiresAt.toISOString() });
    const sizeAt = async (time: number) => {
      vi.setSystemTime(time);
      return (await another.findActive([imageId])).size;
    };
    vi.useFakeTimers({ toFake: ['Date'] });
    expect(await sizeAt(expiresAt.getTime() - 1)).toBe(1);
    expect(await another.findEntries({ expired: true })).toEqual({ total: 0, items: [] });
    expect(await sizeAt(expiresAt.getTime())).toBe(0);
    expect(await another.findEntries({ expired: true })).toMatchObject({ total: 1 });
  });
}
