import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { EntryNotFoundError } from '../../../lib/errors.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import { activeEntry, isoTime, newImage, type OpenedRecords } from './fixtures.ts';

export function imageSuite(opened: () => OpenedRecords): void {
  let store: RecordStore;
  beforeEach(() => {
    store = opened().store;
  });

  test('a new image is pending, and shown by activating it once', async () => {
    const { id: entryId } = await store.createEntry({ name: 'Ada', reason: null });
    const given = newImage(entryId);
    const image = await store.createImage(given);
    expect(image).toEqual({ ...given, status: 'PENDING', addedDate: expect.stringMatching(isoTime) });
    expect(await store.getImage(image.id)).toEqual(image);
    expect(await store.activateImage(image.id)).toEqual({ ...image, status: 'ACTIVE' });
    expect(await store.activateImage(image.id)).toBeUndefined();
    expect(await store.getImage(image.id)).toEqual({ ...image, status: 'ACTIVE' });
  });

  test('an entry that is going takes no image and shows none', async () => {
    const { id: entryId } = await store.createEntry({ name: 'Ada', reason: null });
    const image = await store.createImage(newImage(entryId));
    await store.markEntryDeleting(entryId);
    await expect(store.createImage(newImage(entryId))).rejects.toThrow(EntryNotFoundError);
    expect(await store.activateImage(image.id)).toBeUndefined();
    expect(await store.listImages(entryId)).toEqual([image]);
  });

  test('an image that is going can not be shown any more', async () => {
    const { entry, imageId } = await activeEntry(store, 'Ada');
    await store.markImageDeleting(imageId);
    await store.markImageDeleting(imageId);
    expect(await store.activateImage(imageId)).toBeUndefined();
    expect(await store.getImage(imageId)).toMatchObject({ status: 'DELETING' });
    expect(await store.getEntry(entry.id)).toMatchObject({ imageCount: 0 });
  });

  test('an absent image is not found, and hiding or removing it is no error', async () => {
    expect(await store.getImage('none')).toBeUndefined();
    expect(await store.activateImage('none')).toBeUndefined();
    await expect(store.markImageDeleting('none')).resolves.toBeUndefined();
    await expect(store.removeImage('none')).resolves.toBeUndefined();
    expect(await store.getImage('none')).toBeUndefined();
  });

  test('a removed image is gone, and only that one', async () => {
    const { entry, imageId } = await activeEntry(store, 'Ada');
    const other = await store.createImage(newImage(entry.id));
    await store.removeImage(imageId);
    expect(await store.listImages(entry.id)).toEqual([other]);
  });

  test('images are listed oldest first, of an entry and of a status', async () => {
    const ada = await store.createEntry({ name: 'Ada', reason: null });
    const bob = await store.createEntry({ name: 'Bob', reason: null });
    const add = async (entryId: number, start: string) =>
      (await store.createImage({ ...newImage(entryId), id: start + randomUUID() })).id;
    const [first, second] = [await add(ada.id, '9'), await add(bob.id, '1')];
    const [third, fourth] = [await add(ada.id, '5'), await add(bob.id, '3')];
    await store.activateImage(second);
    await store.markImageDeleting(third);
    const ids = (list: { id: string }[]) => list.map((image) => image.id);
    expect(ids(await store.listImages(ada.id))).toEqual([first, third]);
    expect(ids(await store.listImages(bob.id))).toEqual([second, fourth]);
    expect(ids(await store.listImagesByStatus('PENDING'))).toEqual([first, fourth]);
    expect(ids(await store.listImagesByStatus('ACTIVE'))).toEqual([second]);
    expect(ids(await store.listImagesByStatus('DELETING'))).toEqual([third]);
  });

  test('an entry counts the images that are shown, wherever it is told', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    await activeEntry(store, 'Bob');
    await store.createImage(newImage(entry.id));
    const second = await store.createImage(newImage(entry.id));
    await store.activateImage(second.id);
    const counted = { ...entry, imageCount: 2 };
    expect(await store.getEntry(entry.id)).toEqual(counted);
    expect(await store.listEntries('ACTIVE')).toMatchObject([{ imageCount: 2 }, { imageCount: 1 }]);
    expect((await store.findActive([second.id])).get(second.id)?.entry).toEqual(counted);
    expect(await store.updateEntry(entry.id, entry)).toEqual(counted);
    expect(await store.markEntryDeleting(entry.id)).toEqual(counted);
  });

  test('a match may show an image that is shown, of an entry that is shown', async () => {
    const ada = await activeEntry(store, 'Ada');
    const bob = await activeEntry(store, 'Bob');
    const going = await activeEntry(store, 'Going');
    await store.markEntryDeleting(going.entry.id);
    const pending = await store.createEntry({ name: 'Pending', reason: null });
    const early = await store.createImage(newImage(pending.id));
    await store.activateImage(early.id);
    const unready = await store.createImage(newImage(ada.entry.id));

    const asked = [bob, ada, going].map((one) => one.imageId);
    const found = await store.findActive([...asked, early.id, unready.id, 'none', ada.imageId]);
    expect([...found.keys()].sort()).toEqual([ada.imageId, bob.imageId].sort());
    expect(found.get(ada.imageId)).toEqual({
      image: await store.getImage(ada.imageId),
      entry: ada.entry,
    });
    expect(found.get(bob.imageId)?.entry).toEqual(bob.entry);
    expect(await store.findActive([])).toEqual(new Map());
  });

  test('a thousand ids are looked up at once', async () => {
    const { imageId } = await activeEntry(store, 'Ada');
    const ids = Array.from({ length: 1000 }, () => randomUUID());
    expect([...(await store.findActive([...ids, imageId])).keys()]).toEqual([imageId]);
  });
}
