import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { serviceFacts } from '../../lib/audit/chain.ts';
import { type AuditScope, inAuditScope } from '../../lib/audit/scope.ts';
import { addImages } from '../../lib/blacklist/add-images.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { eraseHistory } from '../../lib/blacklist/erase-entry.ts';
import { getErasure } from '../../lib/blacklist/get-erasure.ts';
import { removeEntryEverywhere } from '../../lib/blacklist/remove.ts';
import { finishInterrupted } from '../../lib/blacklist/sweep.ts';
import { updateEntry } from '../../lib/blacklist/update-entry.ts';
import { parseConfig } from '../../lib/config.ts';
import { EntryNotFoundError, RequestInvalidError, VersionConflictError } from '../../lib/errors.ts';
import { nothingErased } from '../../lib/records/shared/redaction.ts';
import { SqliteAudit } from '../../lib/records/sqlite/audit.ts';
import { resultShowing } from '../suites/records/fixtures.ts';
import { down, failingOn, interrupted, stepBefore, steps } from './steps.ts';
import { complete, contents, everything, imageFolders, matchedNames, nothing, useStores } from './stores.ts';

const person = { name: 'Jane Roe', reason: null };

const stores = useStores();

const list = async () => {
  const { listed, listedLater } = stores.pictures;
  const files = [listed, listedLater].map((bytes) => ({ fileName: 'a.jpg', bytes }));
  const { errors, possible_duplicates, seen_before, ...record } = await createEntry(
    stores.ports,
    person,
    files,
  );
  return record;
};

/** Steps that hide the entry, or come after it was hidden. */
const hidingSteps = steps(
  'records.markEntryDeleting',
  'records.listImages',
  'faces.remove',
  'images.erase',
  'records.getErasure',
  'records.noteErasure',
  'records.listProcessed',
  'records.removeEntry',
).slice(1);

describe('deleting an entry', () => {
  it.each(hidingSteps)(
    'that fails %s hides it at once, and ends the same when repeated',
    async (_name, step) => {
      const { ports } = stores;
      const record = await list();
      await expect(deleteEntry(failingOn(ports, step), record.id)).rejects.toBe(down);
      expect(await ports.records.listEntries('ACTIVE')).toEqual([]);
      expect(await matchedNames(ports, stores.pictures.listed)).toEqual([]);
      await expect(updateEntry(ports, record.id, person)).rejects.toThrow(EntryNotFoundError);

      const isGone = step.call === 'records.removeEntry' && step.when === 'after';
      const repeated = deleteEntry(ports, record.id);
      if (isGone) await expect(repeated).rejects.toThrow(EntryNotFoundError);
      else await expect(repeated).resolves.toMatchObject({ ...person, id: record.id });
      expect(await contents(ports)).toEqual(nothing);
    },
  );

  it.each(hidingSteps.slice(3, 8))(
    'that fails %s is finished by the sweep, however young it is',
    async (_name, step) => {
      const { ports } = stores;
      const { id } = await list();
      await expect(deleteEntry(failingOn(ports, step), id)).rejects.toBe(down);
      await finishInterrupted(ports, new Date(0));
      expect(await contents(ports)).toEqual(nothing);
    },
  );

  it.each(hidingSteps)(
    'that fails %s does not keep the name from who is listed next',
    async (_name, step) => {
      const { ports } = stores;
      const { id } = await list();
      await expect(deleteEntry(failingOn(ports, step), id)).rejects.toBe(down);
      const next = await list();
      expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 2 }));
      expect(await deleteEntry(ports, next.id)).toEqual(next);
    },
  );

  it('that fails before it is hidden changes nothing', async () => {
    const { ports } = stores;
    const record = await list();
    for (const step of [
      ...steps('records.getEntry').map(([, step]) => step),
      stepBefore('records.markEntryDeleting'),
    ]) {
      await expect(deleteEntry(failingOn(ports, step), record.id)).rejects.toBe(down);
    }
    expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 2 }));
    expect(await matchedNames(ports, stores.pictures.listed)).toEqual(['Jane Roe', 'Jane Roe']);
    expect(await deleteEntry(ports, record.id)).toEqual(record);
  });

  it('whose pictures can not be deleted hides it, and is done to the end once they can', async () => {
    const { ports } = stores;
    const { id } = await list();
    const { blacklist } = imageFolders(stores.folder);
    await rename(blacklist, `${blacklist}-away`);
    await writeFile(blacklist, 'a file where the folder should be');
    await expect(deleteEntry(ports, id)).rejects.toThrow('The image folders are not available.');
    expect(await ports.records.listEntries('ACTIVE')).toEqual([]);
    expect(await matchedNames(ports, stores.pictures.listed)).toEqual([]);

    await rm(blacklist);
    await rename(`${blacklist}-away`, blacklist);
    await deleteEntry(ports, id);
    expect(await contents(ports)).toEqual(nothing);
  });

  it('that is merged loses no picture, and is erased with the entry that it was merged into', async () => {
    const { ports } = stores;
    const { listed } = stores.pictures;
    // Another picture of the same person, name and size.
    const other = await sharp(listed).modulate({ brightness: 1.1 }).jpeg().toBuffer();
    const entry = (name: string, bytes: Uint8Array, reason: string | null = null) =>
      createEntry(ports, { name, reason }, [{ fileName: 'a.jpg', bytes }]);
    const [one, two] = [await entry('Jane', listed, 'ARMED.'), await entry('Jane R.', other)];
    const { id } = await ports.records.addProcessed(randomUUID(), resultShowing(one.id));
    const history = () => ports.records.getProcessed(id);
    const before = await history();
    const merge = (from: number, mergedInto: number) =>
      deleteEntry(ports, from, { mergedInto, actor: 'ada' });
    await expect(merge(one.id, one.id)).rejects.toThrow(RequestInvalidError);
    await expect(merge(one.id, 4711)).rejects.toThrow(RequestInvalidError);
    await expect(merge(one.id, two.id)).rejects.toMatchObject({
      problems: [{ msg: `Add the pictures of entry ${one.id} to entry ${two.id} first: 1 are not there.` }],
    });
    expect(await ports.records.listEntries('ACTIVE')).toHaveLength(2);
    expect(await ports.records.getEntry(two.id)).toMatchObject({ version: 1, reason: null });

    const [image] = await ports.records.listImages(one.id);
    const stored = await ports.images.get(image?.key ?? '');
    await addImages(ports, two.id, [{ fileName: 'b.jpg', bytes: stored ?? Buffer.of() }]);
    const scope: AuditScope = { ...serviceFacts('ada', 'deleteEntry'), requestId: 'r', written: 0 };
    const merged = await inAuditScope(scope, () => merge(one.id, two.id));
    expect(merged).toMatchObject({ id: one.id });
    const { items: lines } = await new SqliteAudit(stores.database).list({ actor: 'ada', limit: 10 });
    // The remaining entry got its fields before the other was deleted; the newest line comes first.
    expect(lines).toMatchObject([
      { action: 'mergeEntry', entryId: one.id, detail: `into entry ${two.id}` },
      { action: 'mergeEntry', entryId: two.id, detail: `from entry ${one.id}; changed: reason, notes` },
    ]);
    expect(await ports.records.getEntry(two.id)).toMatchObject({
      ...{ version: 2, reason: 'ARMED.', notes: 'Jane', updatedBy: 'ada' },
    });
    // The other one is merged in its turn, by whoever has moved its pictures already.
    const three = await ports.records.createEntry({ name: 'Jane Roe', reason: null });
    await ports.records.activateEntry(three.id);
    await ports.records.markEntryDeleting(two.id, { history: 'keep', mergedInto: three.id });
    await removeEntryEverywhere(ports, two.id);
    expect(await history()).toEqual(before);
    const remaining = (await getErasure(ports, parseConfig({}), one.id)).remaining;
    expect(remaining[0]).toMatchObject({ place: 'history', note: expect.stringContaining(`${two.id}`) });

    await deleteEntry(ports, three.id);
    expect((await history())?.faces[0]?.blacklist_matches).toMatchObject([{ entry: { name: '(erased)' } }]);
    const erasure = await getErasure(ports, parseConfig({}), three.id);
    expect(erasure.removed).toContainEqual({ place: 'history_records', count: 1 });
    const places = (await getErasure(ports, parseConfig({}), one.id)).remaining.map(({ place }) => place);
    expect(places).not.toContain('history');
    expect(await contents(ports)).toEqual(nothing);
  }, 20_000);

  it('is not merged where its notes would be cut, and a conflict gives the other entry nothing', async () => {
    const { records } = stores.ports;
    const entryWith = async (name: string, notes: string) => {
      const { id } = await records.createEntry({ name, reason: null, notes });
      await records.activateEntry(id);
      return id;
    };
    const [from, into] = [await entryWith('Jane', 'a'.repeat(4_990)), await entryWith('Jane R.', 'Bites.')];
    const merge = (ports: typeof stores.ports, ifVersion?: number[]) =>
      deleteEntry(ports, from, { mergedInto: into, ifVersion });
    await expect(merge(stores.ports)).rejects.toMatchObject({
      problems: [{ msg: expect.stringMatching(/more than 5000 characters together/) }],
    });
    await records.updateEntry(from, { notes: 'Has a dog.' });
    await expect(merge(stores.ports, [1])).rejects.toThrow(VersionConflictError);
    expect(await records.getEntry(into)).toMatchObject({ notes: 'Bites.', version: 1 });
    // Somebody changes the remaining entry at the same moment: both changes stay.
    const overtake = async () => void (await records.updateEntry(into, { severity: 'danger' }));
    await merge(interrupted(stores.ports, stepBefore('records.markEntryDeleting'), overtake));
    expect(await records.getEntry(into)).toMatchObject({
      ...{ notes: 'Bites.\nJane\nHas a dog.', severity: 'danger', version: 3 },
    });
    expect(await records.getEntry(from)).toBeUndefined();
    await deleteEntry(stores.ports, into);
  });

  it('takes the person out of every picture of the history, also while others come', async () => {
    const { ports } = stores;
    const { id } = await list();
    const add = () => ports.records.addProcessed(randomUUID(), resultShowing(id));
    for (let count = 0; count < 120; count++) await add();
    // Each page is read just after another picture has come.
    const listProcessed: typeof ports.records.listProcessed = async (query) => {
      if (query.entryId === id) await add();
      return ports.records.listProcessed(query);
    };
    const records = new Proxy(ports.records, {
      get(target, name) {
        const value = name === 'listProcessed' ? listProcessed : Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    await eraseHistory({ ...ports, records }, { entryId: id, history: 'redact', removed: nothingErased });
    const { items } = await ports.records.listProcessed({ limit: 100, offset: 20, entryId: id });
    const names = items.flatMap(({ faces }) => faces[0]?.blacklist_matches[0]?.entry.name ?? []);
    expect(new Set(names)).toEqual(new Set(['(erased)']));
  });

  it('by several at the same moment deletes it', async () => {
    const { ports } = stores;
    const record = await list();
    const attempts = await Promise.allSettled([1, 2, 3].map(() => deleteEntry(ports, record.id)));
    expect(attempts).toContainEqual({ status: 'fulfilled', value: record });
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') expect(attempt.reason).toBeInstanceOf(EntryNotFoundError);
    }
    expect(await contents(ports)).toEqual(nothing);
  });

  it('that is not complete yet finds none', async () => {
    const { ports } = stores;
    const { id } = await ports.records.createEntry(person);
    await expect(deleteEntry(ports, id)).rejects.toThrow(EntryNotFoundError);
    expect(await ports.records.listEntries('PENDING')).toMatchObject([{ id }]);
    await finishInterrupted(ports, everything());
    expect(await contents(ports)).toEqual(nothing);
  });
});
