import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { finishInterrupted, type SweepReport, sweep } from '../../lib/blacklist/sweep.ts';
import { processedKeys, referenceKey, smallerKeys } from '../../lib/images/key.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { down, failing, failingOn, interrupted, stepAfter, stepBefore, watched } from './steps.ts';
import { complete, contents, everything, imageFolders, matchedNames, nothing, useStores } from './stores.ts';

const stores = useStores();

const idle: SweepReport = {
  undone: 0,
  deletionsFinished: 0,
  expiredErased: 0,
  orphansRemoved: 0,
  reEnrolled: 0,
  damaged: 0,
  failed: 0,
  failures: [],
  isComplete: true,
};

/** Time before everything that exists, so that the sweep treats nothing as old. */
const nothingYet = new Date(0);

const list = async (name: string, picture: Buffer) => {
  const files = [{ fileName: 'a.jpg', bytes: picture }];
  const { id } = await createEntry(stores.ports, { name, reason: null }, files);
  const [image] = await stores.ports.records.listImages(id);
  if (!image) throw new Error('The entry has no image.');
  return image;
};

/** Does all of an image's enrollment except the last step, like a process that is killed then. */
const enrollHalf = async (entryId: number) => {
  const { records, images, faces } = stores.ports;
  const imageId = crypto.randomUUID();
  const key = referenceKey(entryId, imageId, 'jpeg');
  await records.createImage({ id: imageId, entryId, key, file: null });
  await images.put(key, stores.pictures.listed, 'image/jpeg');
  await faces.enroll(await decodePicture(stores.pictures.listed), { entryId, imageId });
  return { imageId, key };
};

/**
 * Takes enrolled faces out of the gallery without telling those who have it open: all faces, or those of the
 * first image.
 */
const loseFaces = (which: 'all' | 'first') => stores.gallery.lose(which);

const keptKeys = async () => {
  const { images } = stores.ports;
  const lists = await Promise.all(
    (['blacklist/', 'processed/', 'cropped/'] as const).map((prefix) => Array.fromAsync(images.list(prefix))),
  );
  return lists.flat().map(({ key }) => key);
};

describe('the sweep', () => {
  it('removes smaller pictures whose original is gone, and no others', async () => {
    const { ports } = stores;
    const { key } = await list('Jane', stores.pictures.listed);
    const processed = processedKeys('abc', new Date(), 'png').original;
    const smaller = [key, processed].flatMap((one) => smallerKeys(one));
    for (const one of smaller) await ports.images.put(one, Buffer.from('smaller'), 'image/jpeg');
    expect(await sweep(ports, nothingYet)).toEqual(idle);
    // They are no sign of lost records, though they are more than those know.
    expect(await sweep(ports, everything())).toEqual({ ...idle, orphansRemoved: smaller.length / 2 });
    expect((await keptKeys()).sort()).toEqual([key, ...smallerKeys(key)].sort());
    await rm(ports.images.location(key));
    expect(await sweep(ports, everything())).toMatchObject({
      damaged: 1,
      orphansRemoved: smaller.length / 2,
    });
    expect(await keptKeys()).toEqual([]);
  });

  it('undoes listings that broke off before its limit, and leaves younger ones alone', async () => {
    const { ports } = stores;
    const old = await ports.records.createEntry({ name: 'Old', reason: null });
    await enrollHalf(old.id);
    const limit = new Date();
    const young = await ports.records.createEntry({ name: 'Young', reason: null });
    await enrollHalf(young.id);

    expect(await sweep(ports, nothingYet)).toEqual(idle);
    expect(await contents(ports)).toMatchObject({ entries: [{ name: 'Old' }, { name: 'Young' }], faces: 2 });
    expect(await sweep(ports, limit)).toEqual({ ...idle, undone: 1 });
    expect(await contents(ports)).toEqual({
      entries: [{ name: 'Young', status: 'PENDING', imageCount: 0 }],
      images: ['PENDING'],
      pictures: 1,
      faces: 1,
    });
    await expect(ports.records.createEntry({ name: 'Old', reason: null })).resolves.toMatchObject({
      name: 'Old',
    });
  });

  it('undoes images that were not added to the end, and keeps the others of their entry', async () => {
    const { ports, pictures } = stores;
    const { entryId } = await list('Jane Roe', pictures.other);
    await enrollHalf(entryId);
    expect(await matchedNames(ports, pictures.listed)).toEqual([]);
    expect(await sweep(ports, nothingYet)).toEqual(idle);
    expect(await sweep(ports, everything())).toEqual({ ...idle, undone: 1 });
    expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 1 }));
    expect(await matchedNames(ports, pictures.other)).toEqual(['Jane Roe']);
  });

  it('keeps what becomes complete while it looks', async () => {
    const { ports, pictures } = stores;
    const { entryId } = await list('Jane Roe', pictures.other);
    const { imageId } = await enrollHalf(entryId);
    const late = await ports.records.createEntry({ name: 'Late', reason: null });
    const box = { x: 1, y: 2, w: 3, h: 4 };
    const finishing = {
      before: async () => {},
      after: async (call: string) => {
        if (call === 'records.listEntries') await ports.records.activateEntry(late.id);
        if (call === 'records.listImagesByStatus') {
          await ports.records.activateImage(imageId, { id: null, box, quality: null });
        }
      },
    };
    expect(await finishInterrupted(watched(ports, finishing), everything())).toEqual(idle);
    expect(await contents(ports)).toMatchObject({
      entries: [
        { name: 'Jane Roe', status: 'ACTIVE', imageCount: 2 },
        { name: 'Late', status: 'ACTIVE' },
      ],
      pictures: 2,
      faces: 2,
    });
  });

  it('finishes deletions that broke off', async () => {
    const { ports, pictures } = stores;
    const { entryId } = await list('Jane Roe', pictures.listed);
    await expect(deleteEntry(failingOn(ports, stepAfter('faces.remove')), entryId)).rejects.toBe(down);
    const kept = await list('John Doe', pictures.other);
    const { imageId } = await enrollHalf(kept.entryId);
    await ports.records.markImageDeleting(imageId);

    expect(await sweep(ports, nothingYet)).toEqual({ ...idle, deletionsFinished: 2 });
    expect(await contents(ports)).toEqual(complete({ 'John Doe': 1 }));
  });

  it('deletes who expired before its limit, with pictures and faces, and nobody else', async () => {
    const { ports, pictures } = stores;
    const { records } = ports;
    const limit = new Date('2026-01-31T12:00:00.000Z');
    const ends = {
      'Long ago': { expiresAt: '2020-01-31T12:00:00.000Z', suspended: true },
      'At the limit': { expiresAt: limit.toISOString() },
      'A moment later': { expiresAt: '2026-01-31T12:00:00.001Z' },
      'Still to come': { expiresAt: '2999-01-31T12:00:00.000Z' },
      'Without an end': { suspended: true },
    };
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2019-01-31T12:00:00.000Z') });
    for (const [name, change] of Object.entries(ends))
      await records.updateEntry((await list(name, pictures.listed)).entryId, change);
    vi.useRealTimers();
    // Their end was set, or they were listed, after it: they have their days still.
    const { entryId } = await list('Ended late', pictures.listed);
    await records.updateEntry(entryId, { expiresAt: '2020-01-31T12:00:00.000Z' });
    const listed = await records.createEntry({ name: 'Listed late', reason: null, ...ends['Long ago'] });
    await records.activateEntry(listed.id);
    expect(await sweep(ports, nothingYet)).toEqual(idle);
    expect(await sweep(ports, nothingYet, undefined, limit)).toEqual({ ...idle, expiredErased: 2 });
    const late = { 'Ended late': 1, 'Listed late': 0 };
    const left = { 'A moment later': 1, 'Still to come': 1, 'Without an end': 1, ...late };
    expect(await contents(ports)).toEqual(complete(left));
    expect(await sweep(ports, nothingYet, undefined, limit)).toEqual(idle);
  });

  it('lets somebody live whose end is put off while it looks', async () => {
    const { ports, pictures } = stores;
    const { entryId } = await list('Jane Roe', pictures.listed);
    await ports.records.updateEntry(entryId, { expiresAt: '2020-01-31T12:00:00.000Z' });
    const extending = {
      before: async () => {},
      after: async (call: string) => {
        if (call !== 'records.findEntries') return;
        await ports.records.updateEntry(entryId, { expiresAt: '2999-01-31T12:00:00.000Z' });
      },
    };
    const later = new Date(Date.now() + 60_000);
    expect(await sweep(watched(ports, extending), nothingYet, undefined, later)).toEqual(idle);
    expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 1 }));
  });

  it('removes pictures that no record knows, and neither young ones nor files of others', async () => {
    const { ports, pictures } = stores;
    await list('Jane Roe', pictures.listed);
    await matchedNames(ports, pictures.listed);
    const readme = join(imageFolders(stores.folder).blacklist, 'readme.txt');
    await writeFile(readme, 'somebody else’s');
    const before = await keptKeys();
    const { original, annotated, crop } = processedKeys('orphan', new Date(), 'png');
    const orphans = [referenceKey(99, 'orphan', 'jpeg'), original, annotated, crop];
    for (const key of orphans) await ports.images.put(key, pictures.other, 'image/jpeg');

    expect(await sweep(ports, nothingYet)).toEqual(idle);
    expect((await keptKeys()).sort()).toEqual([...before, ...orphans].sort());
    expect(await sweep(ports, everything())).toEqual({ ...idle, orphansRemoved: 4 });
    expect((await keptKeys()).sort()).toEqual(before.sort());
    expect(before).toContain('blacklist/readme.txt');
    await rm(readme);
  });

  it('removes faces that no record knows', async () => {
    const { ports, pictures } = stores;
    await list('John Doe', pictures.other);
    await ports.faces.enroll(await decodePicture(pictures.listed), { entryId: 99, imageId: 'orphan' });
    expect(await matchedNames(ports, pictures.listed)).toEqual([]);
    expect(await sweep(ports, nothingYet)).toEqual({ ...idle, orphansRemoved: 1 });
    expect(await contents(ports)).toEqual(complete({ 'John Doe': 1 }));
  });

  describe('with records that know less than there is', () => {
    const { original, annotated, crop } = processedKeys('lost', new Date(), 'png');
    const lostPictures = [
      ...['one', 'two', 'three'].map((imageId) => referenceKey(99, imageId, 'jpeg')),
      ...[original, annotated, crop],
    ];

    /** Leaves what a database that was lost knew: three faces, their originals, and a processed picture. */
    const leaveStrangers = async () => {
      const { ports, pictures } = stores;
      const { items } = await ports.records.listProcessed({ limit: 100, offset: 0 });
      await ports.records.removeProcessed(items.map(({ db_id }) => Number(db_id)));
      for (const key of await keptKeys()) await ports.images.delete(key);
      for (const key of lostPictures) await ports.images.put(key, pictures.listed, 'image/jpeg');
      for (const imageId of ['one', 'two', 'three']) {
        await ports.faces.enroll(await decodePicture(pictures.listed), { entryId: 99, imageId });
      }
    };
    const removeStrangers = () => sweep(stores.ports, everything(), undefined, undefined, true);

    it('removes nothing where they know nobody, says so, and goes on when somebody has decided', async () => {
      const { ports } = stores;
      await leaveStrangers();
      const report = await sweep(ports, everything());
      expect(report).toEqual({ ...idle, failed: 1, failures: [expect.stringContaining('--remove-unknown')] });
      expect(report.failures[0]).toMatch(/hold 3 faces and 6 pictures that no record knows/);
      expect((await keptKeys()).sort()).toEqual([...lostPictures].sort());
      expect(stores.gallery.faces.size).toBe(3);
      expect(await ports.records.unknownKept()).toEqual({ faces: 3, pictures: 6 });

      expect(await removeStrangers()).toEqual({ ...idle, orphansRemoved: 9 });
      expect(await keptKeys()).toEqual([]);
      expect(await contents(ports)).toEqual(nothing);
      expect(await ports.records.unknownKept()).toEqual({ faces: 0, pictures: 0 });
    });

    it('removes nobody’s face either after somebody was listed', async () => {
      const { ports, pictures } = stores;
      await leaveStrangers();
      await list('John Doe', pictures.other);
      expect(await sweep(ports, everything())).toMatchObject({ orphansRemoved: 3, failed: 1 });
      expect(stores.gallery.faces.size).toBe(4);
      expect(await keptKeys()).toEqual(expect.arrayContaining(lostPictures.slice(0, 3)));
      expect(await removeStrangers()).toEqual({ ...idle, orphansRemoved: 6 });
      expect(await contents(ports)).toEqual(complete({ 'John Doe': 1 }));
    });

    it('tells nothing of it when it was stopped before it has seen all', async () => {
      const { ports } = stores;
      await leaveStrangers();
      const stopped = AbortSignal.abort();
      expect(await sweep(ports, everything(), stopped)).toEqual({ ...idle, isComplete: false });
      expect(await keptKeys()).toHaveLength(6);
      await removeStrangers();
    });
  });

  it('removes kept faces that no record names, but none where its records know less', async () => {
    const { ports } = stores;
    const removed: unknown[] = [];
    const withKept = (named: number, strays: number) => {
      const own = {
        add: async () => [],
        compare: async () => ({
          named,
          strays: Array.from({ length: strays }, () => ({ bytes: Buffer.from('face') })),
        }),
        remove: async (some: readonly unknown[]) => void removed.push(...some),
      };
      const faces = new Proxy(ports.faces, {
        get(target, name) {
          if (name === 'lookBack') return { days: 7, version: 'x', own };
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      return { ...ports, faces };
    };
    const run = (named: number, strays: number, removeUnknown = false) =>
      sweep(withKept(named, strays), everything(), undefined, undefined, removeUnknown);
    // A crash may leave those of a picture or two.
    expect(await run(0, 100)).toMatchObject({ orphansRemoved: 100, failed: 0 });
    expect(await run(500, 500)).toMatchObject({ orphansRemoved: 500, failed: 0 });
    expect(removed).toHaveLength(600);
    const lost = await run(100, 101);
    expect(lost).toMatchObject({ orphansRemoved: 0, failed: 1 });
    expect(lost.failures.join()).toMatch(/101 faces that no record knows/);
    expect(removed).toHaveLength(600);
    expect(await ports.records.unknownKept()).toEqual({ faces: 101, pictures: 0 });
    // Somebody has decided that all go.
    expect(await run(100, 101, true)).toMatchObject({ orphansRemoved: 101, failed: 0 });
    expect(await ports.records.unknownKept()).toEqual({ faces: 0, pictures: 0 });
  }, 20_000);

  it('enrolls faces that are lost again, from the stored originals', async () => {
    const { ports, pictures } = stores;
    await list('Jane Roe', pictures.listed);
    await list('John Doe', pictures.other);
    loseFaces('first');
    expect(await matchedNames(ports, pictures.listed)).toEqual([]);
    expect(await sweep(ports, everything())).toEqual({ ...idle, reEnrolled: 1 });
    expect(await matchedNames(ports, pictures.listed)).toEqual(['Jane Roe']);
    expect(stores.gallery.faces.size).toBe(2);
    expect(await sweep(ports, everything())).toEqual(idle);
  });

  it('keeps no face of who is deleted while it is enrolled again', async () => {
    const { ports, pictures } = stores;
    const { entryId } = await list('Jane Roe', pictures.listed);
    loseFaces('all');
    const deleting = async () => {
      await deleteEntry(ports, entryId);
    };
    await sweep(interrupted(ports, stepBefore('faces.enroll'), deleting), everything());
    expect(await contents(ports)).toEqual(nothing);
  });

  it('counts those whose original is lost or damaged too, and goes on', async () => {
    const { ports, pictures } = stores;
    const lost = await list('Lost', pictures.listed);
    const damaged = await list('Damaged', pictures.listed);
    const empty = await list('Empty', pictures.listed);
    await list('Whole', pictures.listed);
    await ports.images.delete(lost.key);
    await ports.images.put(damaged.key, pictures.listed.subarray(0, 1000), 'image/jpeg');
    await ports.images.put(empty.key, Buffer.from('text'), 'image/jpeg');
    loseFaces('all');
    expect(await sweep(ports, everything())).toEqual({ ...idle, reEnrolled: 1, damaged: 3 });
    expect(await matchedNames(ports, pictures.listed)).toEqual(['Whole']);
  });

  it('counts an original that is lost though its face is there', async () => {
    const { ports, pictures } = stores;
    const { key } = await list('Jane Roe', pictures.listed);
    await ports.images.delete(key);
    expect(await sweep(ports, everything())).toEqual({ ...idle, damaged: 1 });
    expect(await matchedNames(ports, pictures.listed)).toEqual(['Jane Roe']);
  });

  it.each([
    'images.delete',
    'faces.enroll',
    'faces.remove',
    'records.removeEntry',
    'images.removeUnfinished',
  ])('goes on past a failure of %s alone, reports it, and does the rest next time', async (call) => {
    const { ports, pictures } = stores;
    await list('Jane Roe', pictures.listed);
    await list('John Doe', pictures.other);
    loseFaces('all');
    for (const name of ['Half', 'Also half']) {
      await enrollHalf((await ports.records.createEntry({ name, reason: null })).id);
    }
    for (const imageId of ['stray', 'astray']) {
      await ports.images.put(referenceKey(99, imageId, 'jpeg'), pictures.other, 'image/jpeg');
    }
    // A removal's steps are tried three times.
    const isTriedAgain = ['faces.remove', 'records.removeEntry'].includes(call);
    const broken = (isTriedAgain ? failingOn : failing)(ports, stepBefore(call));
    const report = await sweep(broken, everything());
    expect(report).toMatchObject({ damaged: 0, failed: 1, isComplete: true });
    expect(report.failures).toEqual([expect.stringMatching(/^[a-z].*: The store is down\.$/)]);
    expect(report.undone + report.orphansRemoved + report.reEnrolled).toBeGreaterThanOrEqual(5);
    expect(await sweep(ports, everything())).toMatchObject({ failed: 0 });
    expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 1, 'John Doe': 1 }));
    expect(await sweep(ports, everything())).toEqual(idle);
  });

  it('breaks off when a store can not be used at all', async () => {
    const { ports, pictures } = stores;
    await list('Jane Roe', pictures.listed);
    loseFaces('all');
    const isDown = (call: string) => call === 'faces.enroll' || call === 'faces.check';
    const watcher = {
      before: (call: string) => (isDown(call) ? Promise.reject(down) : Promise.resolve()),
      after: async () => {},
    };
    await expect(sweep(watched(ports, watcher), everything())).rejects.toBe(down);
    expect(await sweep(ports, everything())).toEqual({ ...idle, reEnrolled: 1 });
  });

  it('stops when it is told to, and is finished by the next one', async () => {
    const { ports } = stores;
    for (const name of ['One', 'Two', 'Three']) {
      await enrollHalf((await ports.records.createEntry({ name, reason: null })).id);
    }
    const stopping = new AbortController();
    const stop = async () => stopping.abort();
    const report = await sweep(
      interrupted(ports, stepAfter('records.removeEntry'), stop),
      everything(),
      stopping.signal,
    );
    expect(report).toEqual({ ...idle, undone: 1, isComplete: false });
    expect(await sweep(ports, everything())).toEqual({ ...idle, undone: 2 });
    expect(await contents(ports)).toEqual(nothing);
  });

  it('does nothing the second time', async () => {
    const { ports, pictures } = stores;
    const { id } = await ports.records.createEntry({ name: 'Jane Roe', reason: null });
    await enrollHalf(id);
    await list('John Doe', pictures.other);
    await matchedNames(ports, pictures.other);
    expect(await sweep(ports, everything())).toEqual({ ...idle, undone: 1 });
    expect(await sweep(ports, everything())).toEqual(idle);
    expect(await contents(ports)).toEqual(complete({ 'John Doe': 1 }));
  });
});
