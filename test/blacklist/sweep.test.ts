import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { type SweepReport, sweep } from '../../lib/blacklist/sweep.ts';
import { processedKeys, referenceKey } from '../../lib/images/key.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { openDatabase } from '../../lib/records/database.ts';
import { temporaryFolder } from '../api/server-process.ts';
import {
  complete,
  contents,
  down,
  facesAlone,
  failing,
  imageFolders,
  listed,
  matchedNames,
  nothing,
  type OpenedStores,
  openStores,
  steps,
} from './stores.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let stores: OpenedStores;
let pictures: Awaited<ReturnType<typeof facesAlone>>;

beforeAll(async () => {
  folder = await temporaryFolder();
  stores = await openStores(folder.path);
  pictures = await facesAlone(stores.ports);
});
afterAll(async () => {
  await stores[Symbol.asyncDispose]();
  await folder.remove();
});
afterEach(async () => {
  const { ports } = stores;
  for (const { id } of await ports.records.listEntries('ACTIVE')) await deleteEntry(ports, id);
  await sweep(ports, everything());
});

const idle: SweepReport = {
  undone: 0,
  deletionsFinished: 0,
  orphansRemoved: 0,
  reEnrolled: 0,
  damaged: 0,
};

/** Younger than nothing, and older than everything. */
const nothingYet = new Date(0);
const everything = () => new Date(Date.now() + 1000);

const list = async (name: string, picture: Buffer) => {
  const { id } = await createEntry(stores.ports, { name, reason: null }, [
    { fileName: 'a.jpg', bytes: picture },
  ]);
  const [image] = await stores.ports.records.listImages(id);
  if (!image) throw new Error('The entry has no image.');
  return image;
};

/** Does all of an image's enrollment but the last step; so does a process that is killed then. */
const enrollHalf = async (entryId: number) => {
  const { records, images, faces } = stores.ports;
  const id = crypto.randomUUID();
  const key = referenceKey(entryId, id, 'jpeg');
  await records.createImage({ id, entryId, key });
  await images.put(key, pictures.listed, 'image/jpeg');
  await faces.enroll(await decodePicture(pictures.listed), { entryId, imageId: id });
};

/** Takes enrolled faces out of the database, behind the back of those who have it open: all, or those of the first image. */
const loseFaces = (which: 'all' | 'first') => {
  using database = openDatabase(join(folder.path, 'face-blacklist.sqlite'));
  const first = '(SELECT image_id FROM faces ORDER BY id LIMIT 1)';
  database.exec(`DELETE FROM faces ${which === 'first' ? `WHERE image_id = ${first}` : ''}`);
};

describe('the sweep', () => {
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
    const { ports } = stores;
    const { entryId } = await list('Jane Roe', pictures.other);
    await enrollHalf(entryId);
    expect(await matchedNames(ports, pictures.listed)).toEqual([]);
    expect(await sweep(ports, nothingYet)).toEqual(idle);
    expect(await sweep(ports, everything())).toEqual({ ...idle, undone: 1 });
    expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 1 }));
    expect(await matchedNames(ports, pictures.other)).toEqual(['Jane Roe']);
  });

  it('finishes deletions that broke off', async () => {
    const { ports } = stores;
    const { entryId } = await list('Jane Roe', pictures.listed);
    const [, [, step] = []] = steps('faces.remove');
    if (!step) throw new Error('There is no such step.');
    await expect(deleteEntry(failing(ports, step), entryId)).rejects.toBe(down);
    const kept = await list('John Doe', pictures.other);
    await enrollHalf(kept.entryId);
    const [broken] = await ports.records.listImagesByStatus('PENDING');
    await ports.records.markImageDeleting(broken?.id ?? '');

    expect(await sweep(ports, nothingYet)).toEqual({ ...idle, deletionsFinished: 2 });
    expect(await contents(ports)).toEqual(complete({ 'John Doe': 1 }));
  });

  it('removes pictures that no record knows, and neither young ones nor files of others', async () => {
    const { ports } = stores;
    await list('Jane Roe', pictures.listed);
    await matchedNames(ports, pictures.listed);
    const keptKeys = async () => {
      const keys = ['blacklist/', 'processed/', 'cropped/'] as const;
      return (await Promise.all(keys.map((prefix) => listed(ports.images.list(prefix)))))
        .flat()
        .map(({ key }) => key);
    };
    const readme = join(imageFolders(folder.path).blacklist, 'readme.txt');
    await writeFile(readme, 'somebody else’s');
    const before = await keptKeys();
    const { original, annotated, crop } = processedKeys('orphan', new Date(), 'png');
    const orphans = [referenceKey(99, 'orphan', 'jpeg'), original, annotated, crop];
    for (const key of orphans) await ports.images.put(key, pictures.other, 'image/jpeg');

    expect(await sweep(ports, nothingYet)).toEqual(idle);
    expect((await keptKeys()).sort()).toEqual([...before, ...orphans].sort());
    expect(await sweep(ports, everything())).toEqual({ ...idle, orphansRemoved: 4 });
    expect(await keptKeys()).toEqual(before);
    expect(before).toContain('blacklist/readme.txt');
    await rm(readme);
  });

  it('removes faces that no record knows', async () => {
    const { ports } = stores;
    await ports.faces.enroll(await decodePicture(pictures.listed), { entryId: 99, imageId: 'orphan' });
    expect(await matchedNames(ports, pictures.listed)).toEqual([]);
    expect(await sweep(ports, nothingYet)).toEqual({ ...idle, orphansRemoved: 1 });
    expect(await contents(ports)).toEqual(nothing);
  });

  it('enrolls faces that are lost again, from the stored originals', async () => {
    const { ports, database } = stores;
    await list('Jane Roe', pictures.listed);
    await list('John Doe', pictures.other);
    loseFaces('first');
    expect(await matchedNames(ports, pictures.listed)).toEqual([]);
    expect(await sweep(ports, nothingYet)).toEqual({ ...idle, reEnrolled: 1 });
    expect(await matchedNames(ports, pictures.listed)).toEqual(['Jane Roe']);
    expect(database.prepare('SELECT count(*) AS count FROM faces').get()).toEqual({ count: 4 });
    expect(await sweep(ports, nothingYet)).toEqual(idle);
  });

  it('counts those whose original is lost or damaged too, and goes on', async () => {
    const { ports } = stores;
    const lost = await list('Lost', pictures.listed);
    const damaged = await list('Damaged', pictures.listed);
    const empty = await list('Empty', pictures.listed);
    await list('Whole', pictures.listed);
    await ports.images.delete(lost.key);
    await ports.images.put(damaged.key, pictures.listed.subarray(0, 1000), 'image/jpeg');
    await ports.images.put(empty.key, Buffer.from('text'), 'image/jpeg');
    loseFaces('all');
    expect(await sweep(ports, nothingYet)).toEqual({ ...idle, reEnrolled: 1, damaged: 3 });
    expect(await matchedNames(ports, pictures.listed)).toEqual(['Whole']);
  });

  it('breaks off when a backend fails, rather than to call pictures damaged', async () => {
    const { ports } = stores;
    await list('Jane Roe', pictures.listed);
    loseFaces('all');
    const [[, step] = []] = steps('faces.enroll');
    if (!step) throw new Error('There is no such step.');
    await expect(sweep(failing(ports, step), nothingYet)).rejects.toBe(down);
    expect(await sweep(ports, nothingYet)).toEqual({ ...idle, reEnrolled: 1 });
  });

  it('does nothing the second time', async () => {
    const { ports } = stores;
    const { id } = await ports.records.createEntry({ name: 'Jane Roe', reason: null });
    await enrollHalf(id);
    await list('John Doe', pictures.other);
    await matchedNames(ports, pictures.other);
    expect(await sweep(ports, everything())).toEqual({ ...idle, undone: 1 });
    expect(await sweep(ports, everything())).toEqual(idle);
    expect(await contents(ports)).toEqual(complete({ 'John Doe': 1 }));
  });
});
