import { rename, rm, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { ProcessImagesRequest } from '../../lib/contract/endpoints/process-images.ts';
import type { ImageProcessingResult } from '../../lib/contract/shapes.ts';
import { Deadline } from '../../lib/deadline.ts';
import { BackendUnavailableError, ClientGoneError, NoUsableImageError } from '../../lib/errors.ts';
import { matchEvent } from '../../lib/events/match-event.ts';
import type { Ports } from '../../lib/ports.ts';
import { entryIdsIn, processImages } from '../../lib/processing/process-images.ts';
import { down, failing, interrupted, stepAfter, stepBefore, steps } from '../blacklist/steps.ts';
import { imageFolders, slots, useStores } from '../blacklist/stores.ts';
import { defaultSettings } from '../fakes/settings.ts';

const settings = defaultSettings;

const stores = useStores();

const process = (ports: Ports, ...images: Buffer[]) =>
  processImages(
    ports,
    settings,
    ProcessImagesRequest.parse({ images: images.map((image) => image.toString('base64')) }),
  );

/** Counts the pictures and the records that are kept. */
const kept = async () => {
  const { images, records } = stores.ports;
  const kept = await Array.fromAsync(images.list('processed/'));
  const crops = await Array.fromAsync(images.list('cropped/'));
  return {
    pictures: kept.length + crops.length,
    records: (await records.listProcessed({ limit: 1, offset: 0 })).total,
  };
};

describe('processing a picture', () => {
  it('begins no further one for a client who has gone, and goes on where it is asked again', async () => {
    const { ports, pictures } = stores;
    const before = await kept();
    const leaving = new AbortController();
    const leave = async () => leaving.abort(new ClientGoneError());
    const work = { ...interrupted(ports, stepAfter('records.addProcessed'), leave), pictureSlots: slots(1) };
    const image = pictures.other.toString('base64');
    const request = ProcessImagesRequest.parse({ images: [image, image, image] });
    const ask = (asked: Ports, deadline?: Deadline) =>
      processImages(asked, settings, request, deadline, undefined, (place) => `picture-${place}`);
    const deadline = new Deadline(() => Number.POSITIVE_INFINITY, leaving.signal);
    await expect(ask(work, deadline)).rejects.toThrow(ClientGoneError);
    expect((await kept()).records).toBe(before.records + 1);
    expect(work.pictureSlots.active).toBe(0);
    const results = await ask(ports);
    expect(results.map(({ error }) => error)).toEqual([null, null, null]);
    expect((await kept()).records).toBe(before.records + 3);
  });

  it.each([
    ...steps('faces.match', 'images.put', 'images.put 2', 'images.put 3', 'records.findActive'),
    // After a failure only the store knows if the record is there.
    ['before records.addProcessed', stepBefore('records.addProcessed')] as const,
  ])('that fails %s keeps nothing of it', async (_name, step) => {
    const before = await kept();
    await expect(process(failing(stores.ports, step), stores.pictures.listed)).rejects.toBe(down);
    expect(await kept()).toEqual(before);
  });

  it('keeps what the request and the settings want, and writes nothing of the rest', async () => {
    const { ports, pictures } = stores;
    const portrait = { fileName: 'a.jpg', bytes: pictures.listed };
    const { id } = await createEntry(ports, { name: 'Kept', reason: null }, [portrait]);
    const nothing = {
      db_id: null,
      saved_image_path: null,
      original_image_path: null,
      cropped_face_path: null,
      processing_timestamp: null,
      error: null,
    };
    for (const [picture, keep, unmatched, hasMatch, isKept] of [
      [pictures.other, 'none', 30, false, false],
      [pictures.listed, 'none', 30, true, false],
      [pictures.other, 'matches', 30, false, false],
      [pictures.other, 'all', 0, false, false],
      [pictures.listed, 'matches', 0, true, true],
      [pictures.listed, null, 0, true, true],
      [pictures.other, null, 30, false, true],
    ] as const) {
      const before = await kept();
      // A store that takes nothing shows that nothing is put there and taken away again.
      const broken = isKept ? ports : failing(ports, stepBefore('images.put'));
      const [result] = await processImages(
        broken,
        { ...settings, keepDays: { unmatched, matched: 365, rejected: 30 } },
        ProcessImagesRequest.parse({ images: [picture.toString('base64')], keep }),
      );
      expect(result).toMatchObject({ has_blacklist_match: hasMatch, faces: [{ face_index: 0 }] });
      expect(await kept()).toEqual({
        pictures: before.pictures + (isKept ? 3 : 0),
        records: before.records + (isKept ? 1 : 0),
      });
      if (!isKept) expect(result).toMatchObject(nothing);
    }
    await deleteEntry(ports, id);
  });

  it('that fails does not undo the others of its request', async () => {
    const { ports } = stores;
    const before = await kept();
    const work = process(
      failing(ports, stepBefore('records.addProcessed 2')),
      stores.pictures.listed,
      stores.pictures.listed,
      stores.pictures.listed,
    );
    await expect(work).rejects.toBe(down);
    expect(await kept()).toEqual({ pictures: before.pictures + 6, records: before.records + 2 });
  });

  it('fails while its crop can not be kept, and keeps nothing then', async () => {
    const { ports } = stores;
    const before = await kept();
    const { cropped } = imageFolders(stores.folder);
    await rename(cropped, `${cropped}-away`);
    await writeFile(cropped, 'a file where the folder should be');
    await expect(process(ports, stores.pictures.listed)).rejects.toThrow(BackendUnavailableError);
    await rm(cropped);
    await rename(`${cropped}-away`, cropped);
    expect(await kept()).toEqual(before);
  });

  it('keeps the original, the annotated copy and the crop, and a record', async () => {
    const before = await kept();
    const [result] = await process(stores.ports, stores.pictures.listed);
    expect(await kept()).toEqual({ pictures: before.pictures + 3, records: before.records + 1 });
    expect((await stores.ports.records.listProcessed({ limit: 1, offset: 0 })).items).toEqual([result]);
  });

  it('keeps its pictures when the record is there, though the store failed to say so', async () => {
    const before = await kept();
    const [, after] = steps('records.addProcessed')[1] ?? [];
    if (!after) throw new Error('There is no such step.');
    await expect(process(failing(stores.ports, after), stores.pictures.listed)).rejects.toBe(down);
    expect(await kept()).toEqual({ pictures: before.pictures + 3, records: before.records + 1 });
  });

  const processWithin = (remainingMs: number[], ...images: Buffer[]) =>
    processImages(
      stores.ports,
      settings,
      ProcessImagesRequest.parse({ images: images.map((image) => image.toString('base64')) }),
      new Deadline(() => remainingMs.shift() ?? 0),
    );

  it('that would not be done in time is not begun, and says so', async () => {
    const before = await kept();
    const image = stores.pictures.listed;
    // The first picture has time enough, even after it was read.
    const results = await processWithin([20_000, 13_000, 20_000], image, image);
    expect(results.map(({ error, faces }) => [error, faces.length])).toEqual([
      [null, 1],
      [expect.stringContaining('send it again'), 0],
    ]);
    expect(await kept()).toEqual({ pictures: before.pictures + 3, records: before.records + 1 });
  });

  it('that takes too long to read, as from a slow URL, is not looked at, and says so', async () => {
    const before = await kept();
    const [result] = await processWithin([20_000, 13_000], stores.pictures.listed);
    expect(result).toMatchObject({ error: expect.stringContaining('send it again'), faces: [] });
    expect(await kept()).toEqual(before);
  });

  it('that there is none of is refused', async () => {
    await expect(process(stores.ports)).rejects.toThrow(NoUsableImageError);
  });

  describe('of a listed person', () => {
    let id: number;
    const list = async () => {
      const files = [{ fileName: 'a.jpg', bytes: stores.pictures.listed }];
      id = (await createEntry(stores.ports, { name: 'Jane Roe', reason: null }, files)).id;
    };
    afterEach(() => deleteEntry(stores.ports, id).catch(() => undefined));

    it('shows no match with who is deleted meanwhile', async () => {
      const { ports } = stores;
      for (const [name, step] of [
        ...steps('faces.match'),
        ['before records.findActive', stepBefore('records.findActive')] as const,
      ]) {
        await list();
        const deleting = async () => {
          await deleteEntry(ports, id);
        };
        const [result] = await process(interrupted(ports, step, deleting), stores.pictures.listed);
        expect(result, name).toMatchObject({
          has_blacklist_match: false,
          faces: [{ blacklist_matches: [] }],
        });
      }
    });

    it('tells near misses, and keeps none of them', async () => {
      const { ports, pictures } = stores;
      await list();
      const request = ProcessImagesRequest.parse({
        images: [pictures.other.toString('base64')],
        candidates: 5,
      });
      const [result] = await processImages(ports, settings, request);
      expect(result).toMatchObject({
        has_blacklist_match: false,
        faces: [{ blacklist_matches: [], candidates: [{ entry: { id, name: 'Jane Roe' } }] }],
      });
      const { items } = await ports.records.listProcessed({ limit: 1, offset: 0 });
      expect(items).toEqual([
        { ...result, faces: result?.faces.map((face) => ({ ...face, candidates: null })) },
      ]);
      const row = stores.database.prepare('SELECT * FROM processed ORDER BY id DESC LIMIT 1').get();
      expect(JSON.stringify(row)).not.toContain('Jane Roe');
    });

    it('keeps the nearest entry in the review band, which is no match and no event', async () => {
      const { ports, pictures } = stores;
      await list();
      const request = ProcessImagesRequest.parse({ images: [pictures.other.toString('base64')] });
      const [result] = await processImages(ports, { ...settings, reviewBand: 10 }, request);
      const near = { blacklist_matches: [], near_misses: [{ entry: { id } }], verdict: 'possible' };
      expect(result).toMatchObject({
        has_blacklist_match: false,
        has_near_miss: true,
        verdict: 'possible',
        faces: [{ ...near, candidates: null }],
      });
      const dbId = result?.db_id ?? 0;
      expect(await ports.records.getProcessed(dbId)).toEqual(result);
      expect(matchEvent('near', result as ImageProcessingResult)).toBeUndefined();
      // Somebody may look at it all the same; it is no open match.
      const review = { faceIndex: 0, entryId: id, verdict: 'confirmed', note: null, actor: 'ada' } as const;
      const judged = await ports.records.reviewProcessed(dbId, review, 1);
      expect(judged?.faces[0]?.near_misses?.[0]?.review).toMatchObject({ verdict: 'confirmed' });
      expect(await ports.records.getProcessed(dbId)).toEqual(judged);
      const { items } = await ports.records.listProcessed({ limit: 9, offset: 0, review: 'confirmed' });
      expect(items.map(({ db_id }) => db_id)).not.toContain(dbId);
      const [narrow] = await processImages(ports, { ...settings, reviewBand: 1 }, request);
      expect(narrow).toMatchObject({ has_near_miss: false, verdict: 'no_match' });
    });

    it('tells a near miss of an entry out of force on demand, as neither match nor near miss', async () => {
      const { ports, pictures } = stores;
      await list();
      await ports.records.updateEntry(id, { suspended: true });
      const ask = async (out_of_force: boolean) => {
        const request = { images: [pictures.other.toString('base64')], out_of_force };
        const asked = { ...settings, reviewBand: 10 };
        const [result] = await processImages(ports, asked, ProcessImagesRequest.parse(request));
        return result;
      };
      const result = await ask(true);
      const near = result?.faces[0]?.out_of_force?.[0];
      expect(near).toMatchObject({ entry: { id, name: 'Jane Roe' } });
      expect(near?.distance).toBeGreaterThan(near?.threshold ?? 1);
      expect(result).toMatchObject({
        ...{ has_blacklist_match: false, has_near_miss: false, verdict: 'no_match' },
        faces: [{ blacklist_matches: [], near_misses: [] }],
      });
      expect(entryIdsIn(result ? [result] : [])).toEqual([id]);
      const { out_of_force: _, ...kept } = result?.faces[0] ?? {};
      expect(await ports.records.getProcessed(result?.db_id ?? 0)).toEqual({ ...result, faces: [kept] });
      expect((await ask(false))?.faces).toEqual([kept]);
    });

    it('keeps the answer as it was when the entry is deleted later, and the history is to be kept', async () => {
      const { ports } = stores;
      await list();
      const [result] = await process(ports, stores.pictures.listed);
      expect(result).toMatchObject({ has_blacklist_match: true });
      await deleteEntry(ports, id, { history: 'keep' });
      expect((await ports.records.listProcessed({ limit: 1, offset: 0 })).items).toEqual([result]);
    });
  });
});
