import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { addImages } from '../../lib/blacklist/add-images.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { finishInterrupted } from '../../lib/blacklist/sweep.ts';
import { Deadline } from '../../lib/deadline.ts';
import { BackendUnavailableError, EntryNotFoundError, NoUsableImageError } from '../../lib/errors.ts';
import { down, failing, interrupted, stepAfter, stepBefore, steps, watched } from './steps.ts';
import { complete, contents, everything, matchedNames, nothing, slots, useStores } from './stores.ts';

const stores = useStores();
const files = () => [
  { fileName: 'one.jpg', bytes: stores.pictures.listed },
  { fileName: 'two.jpg', bytes: stores.pictures.listedLater },
];

const list = async () => {
  const person = { name: 'Jane Roe', reason: null };
  return (await createEntry(stores.ports, person, [{ fileName: 'a.jpg', bytes: stores.pictures.other }])).id;
};

describe('adding images', () => {
  it.each(
    steps(
      'images.put',
      'images.put 2',
      'faces.enroll',
      'faces.enroll 2',
      'records.activateImage',
      'records.activateImage 2',
    ),
  )('that fails %s keeps none of them', async (_name, step) => {
    const { ports } = stores;
    const id = await list();
    await expect(addImages(failing(ports, step), id, files())).rejects.toBe(down);
    expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 1 }));
  });

  it('that failed can be done again', async () => {
    const { ports } = stores;
    const id = await list();
    for (const [, step] of steps('faces.enroll 2', 'records.activateImage 2')) {
      await expect(addImages(failing(ports, step), id, files())).rejects.toBe(down);
    }
    expect(await matchedNames(ports, stores.pictures.listed)).toEqual([]);
    expect(await addImages(ports, id, files())).toMatchObject({ errors: [] });
    expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 3 }));
    expect(await matchedNames(ports, stores.pictures.listed)).toEqual(['Jane Roe', 'Jane Roe']);
  });

  it('that fails takes no picture back on which another request relies', async () => {
    const { ports } = stores;
    const id = await list();
    const [first] = files();
    const told: string[] = [];
    const busy = interrupted(ports, stepAfter('records.activateImage 2'), async () => {
      told.push((await addImages(ports, id, first ? [first] : [])).message);
      throw down;
    });
    await expect(addImages(busy, id, files())).rejects.toBe(down);
    expect(told).toEqual(['0 images added.']);
    expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 2 }));
    expect(await matchedNames(ports, stores.pictures.listed)).toEqual(['Jane Roe']);
  });

  it('tells where nobody matches the entry, for it has expired', async () => {
    const { ports } = stores;
    const id = await list();
    await ports.records.updateEntry(id, { expiresAt: '2020-01-31T12:00:00.000Z' });
    expect((await addImages(ports, id, files())).message).toBe(
      '2 images added. The entry expired at 2020-01-31T12:00:00.000Z: nobody matches it.',
    );
    expect(await matchedNames(ports, stores.pictures.listed)).toEqual([]);
  });

  it.each(steps('records.createImage', 'records.createImage 2'))(
    'that fails %s shows none of them, and leaves at most a record, which the sweep removes',
    async (_name, step) => {
      const { ports } = stores;
      const id = await list();
      await expect(addImages(failing(ports, step), id, files())).rejects.toBe(down);
      expect(await contents(ports)).toMatchObject({
        entries: [{ name: 'Jane Roe', status: 'ACTIVE', imageCount: 1 }],
        pictures: 1,
        faces: 1,
      });
      await finishInterrupted(ports, everything());
      expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 1 }));
    },
  );

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
    ),
  )('to an entry that is deleted %s leaves nothing behind', async (_name, step) => {
    const { ports } = stores;
    const id = await list();
    const deleting = async () => {
      await deleteEntry(ports, id);
    };
    await addImages(interrupted(ports, step, deleting), id, files()).then(
      // Only the very last step may still be done in time.
      () => expect(step).toMatchObject(stepAfter('records.activateImage 2')),
      (error) => expect(error).toBeInstanceOf(EntryNotFoundError),
    );
    expect(await contents(ports)).toEqual(nothing);
  });

  it('that comes to its end just before the last step of a deletion leaves nothing behind', async () => {
    const { ports } = stores;
    const id = await list();
    const { promise: added, ...adding } = Promise.withResolvers<unknown>();
    const { promise: nearlyDeleted, ...deleting } = Promise.withResolvers<void>();
    const waiting = interrupted(ports, stepBefore('records.removeEntry'), async () => {
      deleting.resolve();
      await added;
    });
    let deleted: Promise<unknown> | undefined;
    const work = addImages(
      interrupted(ports, stepBefore('images.put'), () => {
        deleted = deleteEntry(waiting, id);
        return nearlyDeleted;
      }),
      id,
      files().slice(0, 1),
    );
    await expect(work).rejects.toThrow(EntryNotFoundError);
    adding.resolve(undefined);
    await deleted;
    expect(await contents(ports)).toEqual(nothing);
  });

  it('while its entry is deleted leaves nothing behind, whichever comes first', async () => {
    const { ports } = stores;
    for (let round = 0; round < 5; round += 1) {
      const id = await list();
      const [added, deleted, again] = await Promise.allSettled([
        addImages(ports, id, files()),
        // Each attempt comes a few turns of the event loop later.
        (async () => {
          for (let turn = 0; turn < round; turn += 1) await ports.images.get('blacklist/1/nothing.jpg');
          return deleteEntry(ports, id);
        })(),
        addImages(ports, id, files()),
      ]);
      expect(deleted.status).toBe('fulfilled');
      for (const outcome of [added, again]) {
        if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(EntryNotFoundError);
      }
      expect(await contents(ports)).toEqual(nothing);
    }
  });

  it('leaves out those for which there is no time, and says so', async () => {
    const { ports } = stores;
    const id = await list();
    // The time is up once the first picture is enrolled, while the other waits for its slot.
    let remainingMs = 20_000;
    const timed = watched(ports, {
      async before() {},
      async after(call) {
        if (call === 'faces.enroll') remainingMs = 13_000;
      },
    });
    const oneByOne = { ...timed, pictureSlots: slots(1) };
    expect(await addImages(oneByOne, id, files(), new Deadline(() => remainingMs))).toMatchObject({
      message: '1 image added.',
      // Both are measured side by side, so either may be first.
      errors: [expect.stringMatching(/^(one|two)\.jpg: .*send it again/)],
    });
    expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 2 }));
  });

  it('without time for a single one is refused for now, and changes nothing', async () => {
    const { ports } = stores;
    const id = await list();
    await expect(addImages(ports, id, files(), new Deadline(() => 13_000))).rejects.toThrow(
      BackendUnavailableError,
    );
    expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 1 }));
  });

  it('begins with no further one when one has failed, for others would fail as well', async () => {
    const { ports } = stores;
    const id = await list();
    let begun = 0;
    const broken = watched(ports, {
      async before(call) {
        if (call !== 'faces.enroll') return;
        begun += 1;
        throw down;
      },
      async after() {},
    });
    const many = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => ({
        fileName: `${index}.jpg`,
        bytes: await sharp(stores.pictures.listed)
          .jpeg({ quality: 80 + index })
          .toBuffer(),
      })),
    );
    await expect(addImages(broken, id, many)).rejects.toBe(down);
    expect(begun).toBe(ports.pictureSlots.concurrency);
    expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 1 }));
  });

  it('of which none can be used changes nothing', async () => {
    const { ports } = stores;
    const id = await list();
    const useless = [{ fileName: 'notes.txt', bytes: Buffer.from('Not a picture.') }];
    await expect(addImages(ports, id, useless)).rejects.toThrow(NoUsableImageError);
    expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 1 }));
  });
});
