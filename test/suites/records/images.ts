import { randomUUID } from 'node:crypto';
import { beforeEach, expect, type TestAPI, test } from 'vitest';
import { EntryNotFoundError, LastImageError } from '../../../lib/errors.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import {
  activeEntry,
  addImage,
  enrolledFace,
  getImage,
  imagesOf,
  isoTime,
  newImage,
  type OpenedRecords,
} from './fixtures.ts';

export function imageSuite(opened: () => OpenedRecords, undisturbed: TestAPI): void {
  let store: RecordStore;
  beforeEach(() => {
    store = opened().store;
  });

  undisturbed('a new image is pending, and shown by activating it once', async () => {
    const { id: entryId } = await store.createEntry({ name: 'Ada', reason: null });
    const given = newImage(entryId);
    const image = await store.createImage(given);
    expect(image).toEqual({
      ...given,
      status: 'PENDING',
      addedDate: expect.stringMatching(isoTime),
      face: null,
    });
    expect(await getImage(store, given.id)).toEqual(image);
    const active = { ...image, status: 'ACTIVE', face: enrolledFace };
    expect(await store.activateImage(given.id, enrolledFace)).toEqual(active);
    expect(await store.activateImage(given.id, { ...enrolledFace, id: null })).toBeUndefined();
    expect(await getImage(store, given.id)).toEqual(active);
    expect(await store.listImages(entryId)).toEqual([active]);
  });

  test('an image whose id is taken is not made, and changes nothing', async () => {
    const { entry, imageId } = await activeEntry(store, 'Ada');
    const other = await activeEntry(store, 'Bob');
    const before = await getImage(store, imageId);
    const again = { ...newImage(entry.id), id: imageId };
    expect(await store.createImage(again)).toBeUndefined();
    expect(await store.createImage({ ...again, entryId: other.entry.id })).toBeUndefined();
    expect(await getImage(store, imageId)).toEqual(before);
    expect(await store.listImages(other.entry.id)).toMatchObject([{ id: other.imageId }]);
    await store.markImageDeleting(imageId);
    expect(await store.createImage(again)).toBeUndefined();
    await store.removeImage(imageId);
    expect(await store.createImage(again)).toMatchObject({ id: imageId, status: 'PENDING' });
  });

  test('of ten requests for one image at the same moment, one makes it', async () => {
    const another = await opened().another();
    const { id: entryId } = await store.createEntry({ name: 'Ada', reason: null });
    const image = newImage(entryId);
    const made = await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? store : another).createImage(image)),
    );
    expect(made.filter((one) => one !== undefined)).toHaveLength(1);
    expect(await store.listImages(entryId)).toEqual(made.filter((one) => one !== undefined));
  });

  test('images shown and hidden at the same moment are counted as they end', async () => {
    const another = await opened().another();
    const { id: entryId } = await store.createEntry({ name: 'Ada', reason: null });
    const images = await Promise.all(Array.from({ length: 10 }, () => addImage(store, entryId)));
    await Promise.all(
      images.flatMap(({ id }, index) => [
        store.activateImage(id, enrolledFace),
        ...(index % 2 === 0 ? [another.markImageDeleting(id), another.removeImage(id)] : []),
      ]),
    );
    expect(await store.getEntry(entryId)).toMatchObject({ imageCount: 5 });
    expect(await imagesOf(store, 'ACTIVE')).toHaveLength(5);
    expect(await imagesOf(store, 'PENDING')).toEqual([]);
    expect(await store.listImages(entryId)).toHaveLength(5);
  });

  test('the face of an image that is shown can be replaced, and of no other', async () => {
    const { entry, imageId } = await activeEntry(store, 'Ada');
    const pending = await addImage(store, entry.id);
    const going = await activeEntry(store, 'Bob');
    await store.markImageDeleting(going.imageId);
    const face = { id: null, box: { x: 0, y: 0, w: 1, h: 1 }, quality: null };
    for (const id of [imageId, pending.id, going.imageId, 'none']) await store.replaceFace(id, face);
    expect(await getImage(store, imageId)).toMatchObject({ status: 'ACTIVE', face });
    expect(await getImage(store, pending.id)).toEqual(pending);
    expect(await getImage(store, going.imageId)).toMatchObject({ status: 'DELETING', face: enrolledFace });
    expect(await getImage(store, 'none')).toBeUndefined();
  });

  undisturbed('an entry that is going takes no image and shows none', async () => {
    const { id: entryId } = await store.createEntry({ name: 'Ada', reason: null });
    const image = await addImage(store, entryId);
    await store.markEntryDeleting(entryId);
    await expect(store.createImage(newImage(entryId))).rejects.toThrow(EntryNotFoundError);
    expect(await store.activateImage(image.id, enrolledFace)).toBeUndefined();
    expect(await store.listImages(entryId)).toEqual([image]);
  });

  undisturbed('an image that is going can not be shown any more', async () => {
    const { entry, imageId } = await activeEntry(store, 'Ada');
    await store.markImageDeleting(imageId);
    await store.markImageDeleting(imageId);
    expect(await store.activateImage(imageId, enrolledFace)).toBeUndefined();
    expect(await getImage(store, imageId)).toMatchObject({ status: 'DELETING' });
    expect(await store.getEntry(entry.id)).toMatchObject({ imageCount: 0 });
  });

  test('an image is withdrawn once, however often it is tried at the same moment, and told as it was', async () => {
    const another = await opened().another();
    const { entry, imageId } = await activeEntry(store, 'Ada');
    const second = await addImage(store, entry.id);
    await store.activateImage(second.id, enrolledFace);
    const before = await getImage(store, imageId);
    const withdrawn = await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? store : another).withdrawImage(imageId)),
    );
    expect(withdrawn.filter((image) => image !== undefined)).toEqual([before]);
    expect(await getImage(store, imageId)).toEqual({ ...before, status: 'DELETING' });
    expect(await store.getEntry(entry.id)).toEqual({ ...entry, imageCount: 1 });
    expect(await imagesOf(store, 'DELETING')).toMatchObject([{ id: imageId }]);
  });

  test('the last image that is shown is not withdrawn, also when all are at the same moment', async () => {
    const another = await opened().another();
    const { entry, imageId } = await activeEntry(store, 'Ada');
    const pending = await addImage(store, entry.id);
    await expect(store.withdrawImage(imageId)).rejects.toThrow(LastImageError);
    expect(await store.withdrawImage(pending.id)).toBeUndefined();
    const more = await Promise.all(Array.from({ length: 9 }, () => addImage(store, entry.id)));
    for (const { id } of more) await store.activateImage(id, enrolledFace);
    const outcomes = await Promise.allSettled(
      [imageId, ...more.map(({ id }) => id)].map((id, index) =>
        (index % 2 === 0 ? store : another).withdrawImage(id),
      ),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toEqual([{ status: 'rejected', reason: expect.any(LastImageError) }]);
    expect(await store.getEntry(entry.id)).toMatchObject({ imageCount: 1 });
    expect(await imagesOf(store, 'ACTIVE')).toHaveLength(1);
  });

  test('an image is withdrawn only while another one stays, also when both are at the same moment', async () => {
    const another = await opened().another();
    for (let round = 0; round < 3; round++) {
      const { entry, imageId } = await activeEntry(store, `Ada ${round}`);
      const [second, third] = [await addImage(store, entry.id), await addImage(store, entry.id)];
      await store.activateImage(second.id, enrolledFace);
      await expect(store.withdrawImage(imageId, third.id)).rejects.toThrow(LastImageError);
      await store.activateImage(third.id, enrolledFace);
      const outcomes = await Promise.allSettled([
        store.withdrawImage(imageId, second.id),
        another.withdrawImage(second.id, imageId),
      ]);
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(outcomes).toContainEqual({ status: 'rejected', reason: expect.any(LastImageError) });
      expect(await store.getEntry(entry.id)).toMatchObject({ imageCount: 2 });
    }
  });

  undisturbed(
    'of an entry that is not shown, no image is withdrawn, and none that is not there',
    async () => {
      const { entry, imageId } = await activeEntry(store, 'Ada');
      await store.activateImage((await addImage(store, entry.id)).id, enrolledFace);
      await store.markEntryDeleting(entry.id);
      await expect(store.withdrawImage(imageId)).rejects.toThrow(EntryNotFoundError);
      await store.removeEntry(entry.id);
      expect(await store.withdrawImage(imageId)).toBeUndefined();
      expect(await store.withdrawImage('none')).toBeUndefined();
    },
  );

  undisturbed('an absent image is not found, and hiding or removing it is no error', async () => {
    expect(await getImage(store, 'none')).toBeUndefined();
    expect(await store.activateImage('none', enrolledFace)).toBeUndefined();
    expect(await store.keepImage('none')).toBe(false);
    expect(await store.markImageDeleting('none')).toBe(true);
    expect(await store.markImageDeleting('none', 'h')).toBe(true);
    await expect(store.removeImage('none')).resolves.toBeUndefined();
    expect(await getImage(store, 'none')).toBeUndefined();
  });

  test('an image is taken back by its holder alone, and by nobody once it is kept', async () => {
    const { id: entryId } = await store.createEntry({ name: 'Ada', reason: null });
    const [one, two] = [
      { ...newImage(entryId), holder: 'h' },
      { ...newImage(entryId), holder: 'h' },
    ];
    for (const image of [one, two]) {
      await store.createImage(image);
      expect(await store.keepImage(image.id)).toBe(false);
      expect(await store.activateImage(image.id, enrolledFace)).toMatchObject({ holder: 'h' });
    }
    expect(await store.markImageDeleting(one.id, 'another')).toBe(false);
    expect(await store.keepImage(two.id)).toBe(true);
    expect(await store.keepImage(two.id)).toBe(true);
    expect(await getImage(store, two.id)).toEqual({
      ...{ ...newImage(entryId), id: two.id, key: two.key, status: 'ACTIVE', face: enrolledFace },
      addedDate: expect.any(String),
    });
    expect(await store.markImageDeleting(two.id, 'h')).toBe(false);
    expect(await store.markImageDeleting(one.id, 'h')).toBe(true);
    expect(await store.markImageDeleting(one.id, 'h')).toBe(true);
    expect(await store.keepImage(one.id)).toBe(false);
    expect(await store.getEntry(entryId)).toMatchObject({ imageCount: 1 });
    expect(await store.markImageDeleting(two.id)).toBe(true);
  });

  test('of keeping an image and taking it back at the same moment, one succeeds', async () => {
    const another = await opened().another();
    const { id: entryId } = await store.createEntry({ name: 'Ada', reason: null });
    for (let round = 0; round < 5; round++) {
      const image = { ...newImage(entryId), holder: 'h' };
      await store.createImage(image);
      await store.activateImage(image.id, enrolledFace);
      const both = await Promise.all([store.keepImage(image.id), another.markImageDeleting(image.id, 'h')]);
      expect(both.toSorted()).toEqual([false, true]);
      const status = both[0] ? 'ACTIVE' : 'DELETING';
      expect(await getImage(store, image.id)).toMatchObject({ status });
    }
  });

  test('a removed image is gone, and only that one', async () => {
    const { entry, imageId } = await activeEntry(store, 'Ada');
    const other = await addImage(store, entry.id);
    await store.removeImage(imageId);
    expect(await store.listImages(entry.id)).toEqual([other]);
  });

  undisturbed('images are listed oldest first, of an entry and of a status', async () => {
    const ada = await store.createEntry({ name: 'Ada', reason: null });
    const bob = await store.createEntry({ name: 'Bob', reason: null });
    const add = async (entryId: number, start: string) =>
      (await store.createImage({ ...newImage(entryId), id: start + randomUUID() }))?.id ?? '';
    const [first, second] = [await add(ada.id, '9'), await add(bob.id, '1')];
    const [third, fourth] = [await add(ada.id, '5'), await add(bob.id, '3')];
    await store.activateImage(second, enrolledFace);
    await store.markImageDeleting(third);
    const ids = (list: { id: string }[]) => list.map((image) => image.id);
    expect(ids(await store.listImages(ada.id))).toEqual([first, third]);
    expect(ids(await store.listImages(bob.id))).toEqual([second, fourth]);
    expect(ids(await imagesOf(store, 'PENDING'))).toEqual([first, fourth]);
    expect(ids(await imagesOf(store, 'ACTIVE'))).toEqual([second]);
    expect(ids(await imagesOf(store, 'DELETING'))).toEqual([third]);
  });

  undisturbed('an entry counts the images that are shown, wherever it is told', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    await activeEntry(store, 'Bob');
    await addImage(store, entry.id);
    const second = await addImage(store, entry.id);
    await store.activateImage(second.id, enrolledFace);
    const counted = { ...entry, imageCount: 2 };
    expect(await store.getEntry(entry.id)).toEqual(counted);
    expect(await store.listEntries('ACTIVE')).toMatchObject([{ imageCount: 2 }, { imageCount: 1 }]);
    expect((await store.findActive([second.id])).get(second.id)?.entry).toEqual(counted);
    expect(await store.updateEntry(entry.id, { reason: 'theft' })).toEqual(counted);
    expect(await store.markEntryDeleting(entry.id)).toEqual(counted);
  });

  undisturbed('a match may show an image that is shown, of an entry that is shown', async () => {
    const ada = await activeEntry(store, 'Ada');
    const bob = await activeEntry(store, 'Bob');
    const going = await activeEntry(store, 'Going');
    await store.markEntryDeleting(going.entry.id);
    const pending = await store.createEntry({ name: 'Pending', reason: null });
    const early = await addImage(store, pending.id);
    await store.activateImage(early.id, enrolledFace);
    const unready = await addImage(store, ada.entry.id);

    const asked = [bob, ada, going].map((one) => one.imageId);
    const found = await store.findActive([...asked, early.id, unready.id, 'none', ada.imageId]);
    expect([...found.keys()].sort()).toEqual([ada.imageId, bob.imageId].sort());
    expect(found.get(ada.imageId)).toEqual({
      image: await getImage(store, ada.imageId),
      entry: ada.entry,
    });
    expect(found.get(bob.imageId)?.entry).toEqual(bob.entry);
    expect(await store.findActive([])).toEqual(new Map());
  });

  undisturbed('a thousand ids are looked up at once', async () => {
    const { imageId } = await activeEntry(store, 'Ada');
    const ids = Array.from({ length: 1000 }, () => randomUUID());
    expect([...(await store.findActive([...ids, imageId])).keys()]).toEqual([imageId]);
    expect([...(await store.getImages([...ids, imageId])).keys()]).toEqual([imageId]);
  });

  undisturbed('images are given by their ids, whatever their status, once each', async () => {
    const { entry, imageId } = await activeEntry(store, 'Ada');
    const pending = await addImage(store, entry.id);
    const going = await addImage(store, entry.id);
    await store.markImageDeleting(going.id);
    const images = await store.getImages([going.id, 'none', imageId, pending.id, imageId]);
    expect([...images.keys()].sort()).toEqual([imageId, pending.id, going.id].sort());
    expect(images.get(pending.id)).toEqual(pending);
    expect(images.get(going.id)).toEqual({ ...going, status: 'DELETING' });
    expect(await store.getImages([])).toEqual(new Map());
  });

  undisturbed('a listing goes on while what it gave is removed', async () => {
    const { id: entryId } = await store.createEntry({ name: 'Ada', reason: null });
    const images = await Promise.all(Array.from({ length: 8 }, () => addImage(store, entryId)));
    const seen: string[] = [];
    for await (const { id } of store.listImagesByStatus('PENDING')) {
      seen.push(id);
      await store.removeImage(id);
    }
    expect(seen.sort()).toEqual(images.map(({ id }) => id).sort());
    expect(await imagesOf(store, 'PENDING')).toEqual([]);
  });
}
