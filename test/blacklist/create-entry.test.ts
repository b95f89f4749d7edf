import { rename, rm, writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { finishInterrupted } from '../../lib/blacklist/sweep.ts';
import { Deadline, neededMs } from '../../lib/deadline.ts';
import { BackendUnavailableError, DiskFullError, NameTakenError } from '../../lib/errors.ts';
import { down, failing, interrupted, stepAfter, stepBefore, steps } from './steps.ts';
import { complete, contents, everything, imageFolders, matchedNames, nothing, useStores } from './stores.ts';

const person = { name: 'Jane Roe', reason: 'Theft.' };

const stores = useStores();
const files = () => [
  { fileName: 'one.jpg', bytes: stores.pictures.listed },
  { fileName: 'two.jpg', bytes: stores.pictures.other },
];

describe('listing a person', () => {
  it.each(
    steps(
      'records.createImage',
      'records.createImage 2',
      'images.put',
      'images.put 2',
      'faces.enroll',
      'faces.enroll 2',
      'records.activateImage',
      'records.activateImage 2',
      'records.activateEntry',
    ),
  )('that fails %s keeps nothing, not even the name', async (_name, step) => {
    const { ports } = stores;
    await expect(createEntry(failing(ports, step), person, files())).rejects.toBe(down);
    expect(await contents(ports)).toEqual(nothing);
    await expect(ports.records.createEntry(person)).resolves.toMatchObject(person);
  });

  it.each(steps('records.findActive'))(
    'that fails %s, when it looks for those who look alike, is done all the same',
    async (_name, step) => {
      const { ports } = stores;
      const { id } = await createEntry(ports, { name: 'John Doe', reason: null }, files());
      const entry = await createEntry(failing(ports, step), person, files());
      expect(entry).toMatchObject({ ...person, image_count: 2, possible_duplicates: null });
      const { possible_duplicates } = await createEntry(ports, { name: 'Third', reason: null }, files());
      expect(possible_duplicates).toEqual([
        { id, name: 'John Doe', similarity: 100 },
        { id: entry.id, name: 'Jane Roe', similarity: 100 },
      ]);
      expect(await contents(ports)).toEqual(complete({ 'John Doe': 2, 'Jane Roe': 2, Third: 2 }));
    },
  );

  it('is not compared with others when there is little time left', async () => {
    const { ports } = stores;
    await createEntry(ports, { name: 'John Doe', reason: null }, files());
    const entry = await createEntry(ports, person, files(), new Deadline(() => 19_000));
    expect(entry).toMatchObject({ image_count: 2, possible_duplicates: null });
  });

  it('that is cut off while it is undone leaves the name free, and the next one removes the rest', async () => {
    const { ports } = stores;
    const { promise: cutOff, ...undoing } = Promise.withResolvers<void>();
    // The first removal is that of the failed picture, and the second that of the entry.
    const hanging = interrupted(ports, stepBefore('faces.remove 2'), () => {
      undoing.resolve();
      return new Promise(() => {});
    });
    void createEntry(failing(hanging, stepBefore('faces.enroll 2')), person, files());
    await cutOff;
    expect(await createEntry(ports, person, files())).toMatchObject({ image_count: 2 });
    expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 2 }));
  });

  it('that fails as its name was taken is undone by the sweep at the latest', async () => {
    const { ports } = stores;
    await expect(createEntry(failing(ports, stepAfter('records.createEntry')), person, files())).rejects.toBe(
      down,
    );
    expect(await ports.records.listEntries('ACTIVE')).toEqual([]);
    await finishInterrupted(ports, everything());
    expect(await contents(ports)).toEqual(nothing);
  });

  it('can be repeated ten seconds after a crash, and lists the person once', async () => {
    const { ports } = stores;
    for (const [name, step] of steps('images.put', 'faces.enroll', 'records.activateImage')) {
      const { promise: reached, ...crash } = Promise.withResolvers<void>();
      const dying = interrupted(ports, step, () => {
        crash.resolve();
        return new Promise(() => {});
      });
      // Without a sign of life, as of a process that died.
      vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
      void createEntry(dying, person, files());
      await reached;
      vi.setSystemTime(Date.now() + 10_001);
      const { id } = await createEntry(ports, person, files());
      vi.useRealTimers();
      expect(await contents(ports), name).toEqual(complete({ 'Jane Roe': 2 }));
      await deleteEntry(ports, id);
    }
  });

  it('waits for one of the same name that is under way, and is refused only if that one succeeds', async () => {
    const { ports } = stores;
    for (const succeeds of [true, false]) {
      const { promise: reached, ...slow } = Promise.withResolvers<void>();
      const { promise: going, ...go } = Promise.withResolvers<void>();
      const slowly = interrupted(ports, stepBefore('faces.enroll'), async () => {
        slow.resolve();
        await going;
        if (!succeeds) throw down;
      });
      const first = createEntry(slowly, person, files().slice(0, 1));
      const firstEnd = first.then(() => undefined, String);
      await reached;
      const { promise: refused, ...look } = Promise.withResolvers<void>();
      const looking = interrupted(ports, stepAfter('records.giveUpEntry'), async () => look.resolve());
      const second = createEntry(looking, person, files());
      const secondEnd = second.then(
        () => undefined,
        (error: unknown) => error,
      );
      await refused;
      go.resolve();
      expect(await firstEnd).toBe(succeeds ? undefined : String(down));
      if (succeeds) expect(await secondEnd).toBeInstanceOf(NameTakenError);
      else expect(await second).toMatchObject({ image_count: 2 });
      expect(await contents(ports)).toEqual(complete({ 'Jane Roe': succeeds ? 1 : 2 }));
      for (const { id } of await ports.records.listEntries('ACTIVE')) await deleteEntry(ports, id);
    }
  });

  it('is told to come again if one of the same name is under way until its time is up', async () => {
    const { ports } = stores;
    await ports.records.createEntry({ name: person.name, reason: null });
    const late = new Deadline(() => neededMs);
    const refusal = expect.objectContaining({ retryAfterSeconds: 10 });
    await expect(createEntry(ports, person, files(), late)).rejects.toEqual(refusal);
    await expect(createEntry(ports, person, files(), late)).rejects.toThrow(BackendUnavailableError);
  });

  it('gives a sign of life while it lasts', async () => {
    const { ports } = stores;
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const tries: unknown[] = [];
    const slowly = interrupted(ports, stepBefore('faces.enroll'), async () => {
      const [{ id = 0 } = {}] = await ports.records.listEntries('PENDING');
      for (let seconds = 0; seconds < 60; seconds += 4) {
        await vi.advanceTimersByTimeAsync(4_000);
        tries.push(await ports.records.giveUpEntry(id));
      }
    });
    await createEntry(slowly, person, files().slice(0, 1));
    expect(tries).toEqual(Array(15).fill(false));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('shows nothing of it before it is complete', async () => {
    const { ports } = stores;
    const seen: unknown[] = [];
    for (const [, step] of steps('images.put', 'faces.enroll', 'records.activateImage')) {
      const look = async () => {
        seen.push([
          await ports.records.listEntries('ACTIVE'),
          await matchedNames(ports, stores.pictures.listed),
        ]);
      };
      const { id } = await createEntry(interrupted(ports, step, look), person, files().slice(0, 1));
      expect(await matchedNames(ports, stores.pictures.listed)).toEqual(['Jane Roe']);
      await deleteEntry(ports, id);
    }
    expect(seen).toEqual(Array(6).fill([[], []]));
  });

  it('that the sweep takes for one that broke off is refused, and keeps nothing', async () => {
    const { ports } = stores;
    for (const [name, step] of steps('images.put', 'faces.enroll', 'records.activateImage')) {
      const sweeping = async () => {
        await finishInterrupted(ports, everything());
      };
      const work = createEntry(interrupted(ports, step, sweeping), person, files().slice(0, 1));
      await expect(work, name).rejects.toThrow(BackendUnavailableError);
      expect(await contents(ports), name).toEqual(nothing);
    }
  });

  it('fails while its pictures can not be kept, and can be done again as soon as they can', async () => {
    const { ports } = stores;
    const { blacklist } = imageFolders(stores.folder);
    await rename(blacklist, `${blacklist}-away`);
    await writeFile(blacklist, 'a file where the folder should be');
    await expect(createEntry(ports, person, files())).rejects.toThrow('The image folders are not available.');
    expect(await ports.records.listEntries('ACTIVE')).toEqual([]);
    expect(await matchedNames(ports, stores.pictures.listed)).toEqual([]);

    await rm(blacklist);
    await rename(`${blacklist}-away`, blacklist);
    expect(await createEntry(ports, person, files())).toMatchObject({ image_count: 2 });
    expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 2 }));
  });

  it('fails when the database is full, and keeps only what it said it has', async () => {
    const { ports, database } = stores;
    const { page_count } = database.prepare('PRAGMA page_count').get() ?? {};
    database.exec(`PRAGMA max_page_count = ${Number(page_count) + 4}`);
    const kept: Record<string, number> = {};
    const fill = async () => {
      for (;;) {
        const name = `Person ${Object.keys(kept).length}`;
        await createEntry(ports, { name, reason: null }, files());
        kept[name] = 2;
      }
    };
    await expect(fill()).rejects.toThrow(DiskFullError);
    database.exec('PRAGMA max_page_count = 1000000');
    expect(await contents(ports)).toEqual(complete(kept));
    await createEntry(ports, { name: `Person ${Object.keys(kept).length}`, reason: null }, files());
  }, 30_000);

  it('that loses its database is undone when it is opened again', async () => {
    const { ports, database } = stores;
    const losing = interrupted(ports, stepAfter('images.put'), async () => database.close());
    await expect(createEntry(losing, person, files().slice(0, 1))).rejects.toThrow(
      'The database is not available.',
    );
    await stores.close();

    await stores.open(stores.folder);
    expect((await contents(stores.ports)).pictures).toBe(1);
    await finishInterrupted(stores.ports, everything());
    expect(await contents(stores.ports)).toEqual(nothing);
    expect(await createEntry(stores.ports, person, files())).toMatchObject(person);
  });

  it('succeeds once when several do it at the same moment, and nothing of the others stays', async () => {
    const { ports } = stores;
    const attempts = await Promise.allSettled(
      Array.from({ length: 5 }, () => createEntry(ports, person, files())),
    );
    const refused = attempts.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason] : []));
    expect(refused).toEqual(Array(4).fill(expect.any(NameTakenError)));
    expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 2 }));
  });
});
