import fc from 'fast-check';
import { beforeEach, expect, onTestFinished, type TestAPI, test, vi } from 'vitest';
import { BackendUnavailableError, EntryNotFoundError, NameTakenError } from '../../../lib/errors.ts';
import type { EntryRecord, ImageRecord } from '../../../lib/records/entry.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import { anyCharacter } from '../../any-character.ts';
import {
  activeEntry,
  addImage,
  cases,
  getImage,
  imagesOf,
  isoTime,
  newImage,
  type OpenedRecords,
} from './fixtures.ts';

const anyTime = expect.stringMatching(isoTime);
const absentIds = [0, -1, 1.5, 999, 2 ** 31, 2 ** 53, 2 ** 63, 1e300, Number.NaN, Number.POSITIVE_INFINITY];

export function entrySuite(opened: () => OpenedRecords, undisturbed: TestAPI): void {
  let store: RecordStore;
  beforeEach(() => {
    store = opened().store;
  });

  undisturbed('a new entry is pending, without images, and dated in UTC', async () => {
    const before = Date.now();
    const entry = await store.createEntry({ name: 'Ada', reason: 'theft' });
    expect(entry).toMatchObject({ name: 'Ada', reason: 'theft', status: 'PENDING', imageCount: 0 });
    expect(entry.id).toSatisfy((id: number) => Number.isSafeInteger(id) && id >= 1);
    expect(entry.addedDate).toMatch(isoTime);
    expect(Date.parse(entry.addedDate)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(entry.addedDate)).toBeLessThanOrEqual(Date.now());
    expect(await store.getEntry(entry.id)).toEqual(entry);
  });

  undisturbed('ids grow, and a removed one is not given again', async () => {
    const ids: number[] = [];
    for (const name of ['a', 'b', 'c']) {
      const { id } = await store.createEntry({ name, reason: null });
      ids.push(id);
      await store.removeEntry(id);
    }
    const { id } = await store.createEntry({ name: 'c', reason: null });
    ids.push(id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  });

  undisturbed(
    'a name is taken while any entry has it, whatever its status, and free after that',
    async () => {
      const { id } = await store.createEntry({ name: 'Ada', reason: null });
      const again = () => store.createEntry({ name: 'Ada', reason: 'other' });
      await expect(again()).rejects.toThrow("Blacklist entry with name 'Ada' already exists.");
      await store.activateEntry(id);
      await expect(again()).rejects.toThrow(NameTakenError);
      await store.markEntryDeleting(id);
      await expect(again()).rejects.toThrow(NameTakenError);
      await store.removeEntry(id);
      await expect(again()).resolves.toMatchObject({ name: 'Ada', reason: 'other' });
    },
  );

  test('a pending entry can be given up when its claim has lapsed, and not before', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
    const { id } = await store.createEntry({ name: 'Ada', reason: null, claimMs: 10_000 });
    const usual = await store.createEntry({ name: 'Bo', reason: null });
    pass(9_000);
    expect(await store.giveUpEntry(id)).toBe(false);
    await store.renewEntry(id, 10_000);
    pass(9_000);
    expect(await store.giveUpEntry(id)).toBe(false);
    expect(await store.getEntry(id)).toMatchObject({ status: 'PENDING' });
    pass(1_001);
    expect(await store.giveUpEntry(id)).toBe(true);
    expect(await store.getEntry(id)).toMatchObject({ status: 'DELETING' });
    expect(await store.activateEntry(id)).toBeUndefined();
    await store.renewEntry(id, 10_000);
    expect(await store.giveUpEntry(id)).toBe(true);
    await store.removeEntry(id);
    expect(await store.giveUpEntry(id)).toBe(true);

    expect(await store.giveUpEntry(usual.id)).toBe(false);
    pass(5 * 60_000);
    expect(await store.giveUpEntry(usual.id)).toBe(true);
  });

  undisturbed(
    'an entry that is shown is not given up, however old, nor is a new one with an old date',
    async () => {
      const carried = { addedDate: '2001-02-03T04:05:06.000Z' };
      const shown = await store.createEntry({ name: 'Ada', reason: null, carried, claimMs: 0 });
      const shownBefore = await store.activateEntry(shown.id);
      await store.renewEntry(shown.id, 0);
      expect(await store.giveUpEntry(shown.id)).toBe(false);
      expect(await store.getEntry(shown.id)).toEqual(shownBefore);
      const made = await store.createEntry({ name: 'Bo', reason: null, carried });
      expect(await store.giveUpEntry(made.id)).toBe(false);
    },
  );

  undisturbed(
    'names that differ in case, blanks or one invisible character are different names',
    async () => {
      const names = ['Ada', 'ada', 'Ada ', ' Ada', 'Ada\0', 'Ada\0x', 'Ada\u200b', 'Åda', 'A\u030ada'];
      for (const name of names) await store.createEntry({ name, reason: null });
      expect((await store.listEntries('PENDING')).map((entry) => entry.name)).toEqual(names);
    },
  );

  test('of ten requests for one name at the same moment, one gets it', async () => {
    const another = await opened().another();
    const attempts = Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? store : another).createEntry({ name: 'Ada', reason: `${index}` }),
    );
    const outcomes = await Promise.allSettled(attempts);
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(won).toHaveLength(1);
    expect(lost.map((outcome) => outcome.reason)).toSatisfy((reasons: unknown[]) =>
      reasons.every((reason) => reason instanceof NameTakenError),
    );
    expect(await store.listEntries('PENDING')).toEqual([won[0]?.value]);
  });

  undisturbed('any name and reason come back as they were given', async () => {
    const hostile = [
      `Robert'); DROP TABLE entry;--`,
      '"',
      '\0',
      '😀'.repeat(50),
      '%s',
      '../..',
      '\\',
      '\r\n',
    ];
    const text = fc.oneof(
      fc.constantFrom(...hostile),
      fc.string({ unit: anyCharacter, minLength: 1, maxLength: 100 }),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.option(text), async (name, reason) => {
        const created = await store.createEntry({ name, reason });
        const read = await store.getEntry(created.id);
        await store.removeEntry(created.id);
        expect(read).toEqual({ ...created, name, reason });
      }),
      cases(50, opened()),
    );
  });

  test('only a pending entry can be shown, and only once', async () => {
    const pending = await store.createEntry({ name: 'Ada', reason: null });
    const active = { ...pending, status: 'ACTIVE' };
    expect(await store.activateEntry(pending.id)).toEqual(active);
    expect(await store.activateEntry(pending.id)).toBeUndefined();
    expect(await store.getEntry(pending.id)).toEqual(active);
  });

  undisturbed('an entry that is going can not be shown any more', async () => {
    const { id } = await store.createEntry({ name: 'Ada', reason: null });
    await store.markEntryDeleting(id);
    expect(await store.activateEntry(id)).toBeUndefined();
    expect(await store.getEntry(id)).toMatchObject({ status: 'DELETING' });
  });

  undisturbed('entries are listed by status, by id ascending', async () => {
    const add = async (name: string) => (await store.createEntry({ name, reason: null })).id;
    const [z, y, x] = [await add('z'), await add('y'), await add('x')];
    const [w, v, u] = [await add('w'), await add('v'), await add('u')];
    for (const id of [w, z, y]) await store.activateEntry(id);
    for (const id of [y, v]) await store.markEntryDeleting(id);
    const idsOf = async (status: EntryRecord['status']) =>
      (await store.listEntries(status)).map((entry) => entry.id);
    expect(await idsOf('PENDING')).toEqual([x, u]);
    expect(await idsOf('ACTIVE')).toEqual([z, w]);
    expect(await idsOf('DELETING')).toEqual([y, v]);
  });

  undisturbed('an update replaces name and reason and nothing else', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    const updated = { ...entry, name: 'Ada L.', reason: null, version: 2, updatedDate: anyTime };
    expect(await store.updateEntry(entry.id, { name: 'Ada L.', reason: null })).toEqual(updated);
    expect(await store.getEntry(entry.id)).toEqual(updated);
    expect(await store.createEntry({ name: 'Ada', reason: null })).toMatchObject({ name: 'Ada' });
    await expect(store.createEntry({ name: 'Ada L.', reason: null })).rejects.toThrow(NameTakenError);
  });

  test('an update may keep the name but not take another entry’s', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    await store.createEntry({ name: 'Bob', reason: null });
    expect(await store.updateEntry(entry.id, { name: 'Ada', reason: 'new' })).toMatchObject({
      reason: 'new',
    });
    await expect(store.updateEntry(entry.id, { name: 'Bob', reason: 'x' })).rejects.toThrow(NameTakenError);
    expect(await store.getEntry(entry.id)).toEqual({
      ...entry,
      ...{ reason: 'new', version: 2, updatedDate: anyTime },
    });
    expect(await store.updateEntry(entry.id, { name: 'Ada', reason: null })).toMatchObject({ reason: null });
  });

  undisturbed('an entry that is not shown is not updated', async () => {
    const pending = await store.createEntry({ name: 'Ada', reason: null });
    const change = { name: 'Eve', reason: 'x' };
    expect(await store.updateEntry(pending.id, change)).toBeUndefined();
    await store.markEntryDeleting(pending.id);
    expect(await store.updateEntry(pending.id, change)).toBeUndefined();
    expect(await store.getEntry(pending.id)).toEqual({ ...pending, status: 'DELETING' });
    expect(await store.createEntry(change)).toMatchObject({ name: 'Eve' });
  });

  test('hiding an entry tells what it was before, and can be repeated', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    const hidden = { ...entry, status: 'DELETING' };
    expect(await store.markEntryDeleting(entry.id)).toEqual(entry);
    expect(await store.markEntryDeleting(entry.id)).toEqual(hidden);
    expect(await store.getEntry(entry.id)).toEqual(hidden);
  });

  test('removing an entry removes its images’ records and no other’s, and can be repeated', async () => {
    const ada = await activeEntry(store, 'Ada');
    const bob = await activeEntry(store, 'Bob');
    await store.removeEntry(ada.entry.id);
    await store.removeEntry(ada.entry.id);
    expect(await store.getEntry(ada.entry.id)).toBeUndefined();
    expect(await getImage(store, ada.imageId)).toBeUndefined();
    expect(await store.listImages(ada.entry.id)).toEqual([]);
    expect(await imagesOf(store, 'ACTIVE')).toMatchObject([{ id: bob.imageId }]);
    expect(await store.listEntries('ACTIVE')).toEqual([bob.entry]);
  });

  undisturbed('an entry of many images, shown or not, is removed with all of them', async () => {
    const { entry, imageId } = await activeEntry(store, 'Ada');
    const images: ImageRecord[] = [];
    while (images.length < 130) {
      images.push(...(await Promise.all(Array.from({ length: 26 }, () => addImage(store, entry.id)))));
    }
    await store.markEntryDeleting(entry.id);
    await store.removeEntry(entry.id);
    expect(await store.getImages([imageId, ...images.map(({ id }) => id)])).toEqual(new Map());
    expect(await store.listImages(entry.id)).toEqual([]);
    expect(await imagesOf(store, 'PENDING')).toEqual([]);
    expect(await store.createEntry({ name: 'Ada', reason: null })).toMatchObject({ name: 'Ada' });
  });

  undisturbed('an entry is found by its name, whatever its status', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    const pending = await store.createEntry({ name: 'ada', reason: null });
    expect(await store.findEntry('Ada')).toEqual(entry);
    expect(await store.findEntry('ada')).toEqual(pending);
    expect(await store.findEntry('Bob')).toBeUndefined();
    await store.markEntryDeleting(entry.id);
    expect(await store.findEntry('Ada')).toEqual({ ...entry, status: 'DELETING' });
    await store.removeEntry(entry.id);
    expect(await store.findEntry('Ada')).toBeUndefined();
  });

  undisturbed(
    'the shown entries of a name are found whatever their case and accents, and as they are now',
    async () => {
      const { entry: zoe } = await activeEntry(store, 'Zoë');
      const { entry: capitals } = await activeEntry(store, 'ZOE');
      const { entry: other } = await activeEntry(store, 'Zoey');
      await store.createEntry({ name: 'zoe', reason: null });
      expect(await store.findAlike('zoé')).toEqual([zoe, capitals]);
      expect(await store.findAlike('Zo')).toEqual([]);

      const renamed = await store.updateEntry(other.id, { name: 'Zoé', reason: null });
      await store.updateEntry(zoe.id, { name: 'Ada', reason: null });
      expect(await store.findAlike('zoe')).toEqual([capitals, renamed]);
      await store.markEntryDeleting(capitals.id);
      expect(await store.findAlike('zoe')).toEqual([renamed]);
      await store.removeEntry(other.id);
      expect(await store.findAlike('zoe')).toEqual([]);
      expect((await store.findAlike('ÁDA')).map(({ id }) => id)).toEqual([zoe.id]);
    },
  );

  undisturbed('names that many letters become of, when case and accents go, are kept apart', async () => {
    const names = [`${'\ufdfa'.repeat(99)}a`, `${'\ufdfa'.repeat(99)}b`];
    const entries = await Promise.all(names.map(async (name) => (await activeEntry(store, name)).entry));
    for (const [index, name] of names.entries())
      expect(await store.findAlike(name)).toEqual([entries[index]]);
  });

  test('where all names have their normal form, nothing is changed', async () => {
    const { entry } = await activeEntry(store, 'Zoë');
    await store.createEntry({ name: 'Zoë (2)', reason: 'one\ntwo' });
    expect(await store.normalizeEntries()).toEqual([]);
    expect(await store.listEntries('ACTIVE')).toEqual([entry]);
  });

  undisturbed(
    'an entry from another store keeps its id and date, and later ones get larger ids',
    async () => {
      const carried = { id: 700, addedDate: '2020-02-29T12:00:00.000Z' };
      const entry = await store.createEntry({ name: 'Ada', reason: 'theft', carried });
      expect(entry).toMatchObject({
        ...carried,
        name: 'Ada',
        reason: 'theft',
        status: 'PENDING',
        imageCount: 0,
      });
      expect(await store.getEntry(700)).toEqual(entry);
      const earlier = await store.createEntry({ name: 'Bob', reason: null, carried: { ...carried, id: 12 } });
      const later = await store.createEntry({ name: 'Cy', reason: null });
      expect(later.id).toBeGreaterThan(700);
      expect(await store.listEntries('PENDING')).toEqual([earlier, entry, later]);
      await store.removeEntry(later.id);
      expect((await store.createEntry({ name: 'Cy', reason: null })).id).toBeGreaterThan(later.id);
    },
  );

  undisturbed('an entry from another store may keep its date alone', async () => {
    const carried = { addedDate: '2020-02-29T12:00:00.000Z' };
    const { entry } = await activeEntry(store, 'Ada');
    const other = await store.createEntry({ name: 'Bob', reason: null, carried });
    expect(other).toMatchObject(carried);
    expect(other.id).toBeGreaterThan(entry.id);
    expect(await store.getEntry(other.id)).toEqual(other);
  });

  test('an entry from another store takes neither an id nor a name that is taken', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    const carried = { id: entry.id, addedDate: '2020-02-29T12:00:00.000Z' };
    await expect(store.createEntry({ name: 'Bob', reason: null, carried })).rejects.toThrow(
      BackendUnavailableError,
    );
    expect(await store.findEntry('Bob')).toBeUndefined();
    await expect(
      store.createEntry({ name: 'Ada', reason: null, carried: { ...carried, id: 700 } }),
    ).rejects.toThrow(NameTakenError);
    expect(await store.getEntry(700)).toBeUndefined();
    expect(await store.listEntries('ACTIVE')).toEqual([entry]);
  });

  test('ten entries made at the same moment get an id each', async () => {
    const another = await opened().another();
    const made = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 === 0 ? store : another).createEntry({ name: `name ${index}`, reason: null }),
      ),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(10);
    expect(await store.listEntries('PENDING')).toEqual(made.sort((a, b) => a.id - b.id));
  });

  test('of an update and a deletion at the same moment, either comes first, and the entry ends hidden', async () => {
    const another = await opened().another();
    for (const name of ['a', 'b', 'c']) {
      const { entry } = await activeEntry(store, name);
      const [updated, before] = await Promise.all([
        store.updateEntry(entry.id, { name: `${name} new`, reason: null }),
        another.markEntryDeleting(entry.id),
      ]);
      const last = updated ?? entry;
      expect(before).toEqual(last);
      expect(await store.getEntry(entry.id)).toEqual({ ...last, status: 'DELETING' });
      expect(await store.findEntry(last.name)).toMatchObject({ id: entry.id });
      const freed = updated ? name : `${name} new`;
      expect(await store.findEntry(freed)).toBeUndefined();
    }
  });

  undisturbed('there is no entry of an id that none can have, or none has', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    for (const id of absentIds) {
      const which = String(id);
      expect(await store.getEntry(id), which).toBeUndefined();
      expect(await store.activateEntry(id), which).toBeUndefined();
      expect(await store.updateEntry(id, { name: 'Bob', reason: null }), which).toBeUndefined();
      expect(await store.markEntryDeleting(id), which).toBeUndefined();
      expect(await store.listImages(id), which).toEqual([]);
      await expect(store.createImage(newImage(id)), which).rejects.toThrow(EntryNotFoundError);
      await expect(store.removeEntry(id), which).resolves.toBeUndefined();
    }
    expect(await store.listEntries('ACTIVE')).toEqual([entry]);
  });
}
