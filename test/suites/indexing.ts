import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { sweepAgeMs } from '../../lib/blacklist/interrupted.ts';
import { sweep } from '../../lib/blacklist/sweep.ts';
import { BackendUnavailableError, NameTakenError } from '../../lib/errors.ts';
import { type IndexingPorts, indexUpload } from '../../lib/inbox/index-upload.ts';
import type { Inbox } from '../../lib/inbox/port.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import type { OpenedPorts } from '../../lib/wiring/open.ts';
import { pictureOfNothing, sample } from '../api/pictures.ts';
import { down, failing, type Step, steps } from '../blacklist/steps.ts';
import { clear, facesAlone } from '../blacklist/stores.ts';
import { FakeFaces, FakeGallery } from '../fakes/faces.ts';
import { portraitOf } from '../fakes/pictures.ts';
import type { OpenedInbox } from './inbox.ts';

/** Ports of a mode, and its inbox. Nobody is listed, and the inbox is empty. */
export interface OpenedIndexing {
  readonly opened: OpenedPorts;
  readonly place: OpenedInbox;
  close(): Promise<void>;
}

/**
 * Tests the promises of indexing uploads, which are the same in every mode. A second mode needs only the
 * cases of its own faces and stores.
 */
export function indexingSuite(
  mode: string,
  open: () => Promise<OpenedIndexing>,
  cases: 'all' | 'of the stores' = 'all',
): void {
  describe(`indexing uploads in ${mode} mode`, () => {
    let opened: OpenedPorts;
    let place: OpenedInbox;
    let ports: IndexingPorts;
    let close: () => Promise<void>;
    let jane: Buffer;
    let other: Buffer;

    beforeAll(async () => {
      ({ opened, place, close } = await open());
      ports = { ...opened, inbox: place.inbox };
    });
    afterAll(() => close());
    afterEach(async () => {
      await clear(opened);
      for (const key of await place.keys()) await place.discard(key);
    });

    const index = (key: string) => indexUpload(ports, key);
    const upload = async (key: string, bytes: Uint8Array) => {
      await place.put(key, bytes);
      return index(key);
    };
    /** Encodes the same face with other bytes. */
    const again = (picture: Buffer, quality: number) => sharp(picture).jpeg({ quality }).toBuffer();
    const list = (name: string, bytes = other) =>
      createEntry(opened, { name, reason: null }, [{ fileName: 'a.jpg', bytes }]);

    /** Lists everybody with the number of their pictures, after checking that all stores agree. */
    const listed = async () => {
      const { records, faces, images } = opened;
      // A face whose id was never received can't be removed at once.
      await sweep(opened, new Date(0));
      const entries = await records.listEntries('ACTIVE');
      const recorded = (await Promise.all(entries.map(({ id }) => records.listImages(id)))).flat();
      expect(await records.listEntries('PENDING')).toEqual([]);
      expect(await records.listEntries('DELETING')).toEqual([]);
      expect(recorded.map(({ status }) => status)).toEqual(recorded.map(() => 'ACTIVE'));
      const keys = (await Array.fromAsync(images.list('blacklist/'))).map(({ key }) => key);
      expect(keys.sort()).toEqual(recorded.map(({ key }) => key).sort());
      const enrolled = (await Array.fromAsync(faces.listFaces())).map(({ imageId }) => imageId);
      expect(enrolled.sort()).toEqual(recorded.map(({ id }) => id).sort());
      return Object.fromEntries(entries.map(({ name, imageCount }) => [name, imageCount]));
    };

    /** Indexes an upload although a step fails once. */
    const completes = async (_: string, step: Step) => {
      await place.put('inbox/Jane Roe/a.jpg', jane);
      const broken = failing(ports, step);
      await expect(indexUpload(broken, 'inbox/Jane Roe/a.jpg')).rejects.toThrow(BackendUnavailableError);
      expect(await place.keys()).toEqual(['inbox/Jane Roe/a.jpg']);
      // An upload that could not be undone counts as interrupted after a while.
      passTime();
      await redeliver(index, ['inbox/Jane Roe/a.jpg']);
      expect(await listed()).toEqual({ 'Jane Roe': 1 });
      expect(await place.keys()).toEqual([]);
    };

    describe('with its own faces', () => {
      beforeAll(async () => {
        ({ listed: jane, other } = await facesAlone(opened));
      });

      it('adds a picture to the entry of that id, keeps the original, and takes it out of the inbox', async () => {
        const { id } = await list('Jane Roe');
        const outcome = await upload(`inbox/${id}/sub/folder/a.jpg`, jane);
        expect(outcome).toMatchObject({ outcome: 'enrolled', entryId: id, faceCount: 1 });
        expect(await place.keys()).toEqual([]);
        expect(await listed()).toEqual({ 'Jane Roe': 2 });
        const { imageId } = outcome as { imageId: string };
        expect(imageId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        const original = await opened.images.get(`blacklist/${id}/${imageId}.jpg`);
        expect(digest(original)).toBe(digest(jane));
        const [face] = (await opened.faces.match(await decodePicture(jane), {})).faces;
        expect(face?.matches[0]).toMatchObject({ entryId: id, imageId });
      });

      it('tells where a picture looks like none of the person’s others, and adds it', async () => {
        const first = await upload('inbox/Jane Roe/a.jpg', jane);
        expect(first).not.toHaveProperty('unlike');
        expect(await upload('inbox/Jane Roe/b.jpg', other)).toMatchObject({ unlike: expect.any(Number) });
        expect(await upload('inbox/Jane Roe/c.jpg', await again(jane, 80))).not.toHaveProperty('unlike');
        expect(await listed()).toEqual({ 'Jane Roe': 3 });
      });

      it('tells whom a new person looks like, and lists both', async () => {
        const { id } = await list('Jane Roe', jane);
        const stranger = await upload('inbox/John Doe/a.jpg', other);
        expect(stranger).toMatchObject({ outcome: 'enrolled', possibleDuplicates: [] });
        const alike = await upload('inbox/J. Roe/a.jpg', await again(jane, 80));
        expect(alike).toMatchObject({ outcome: 'enrolled', possibleDuplicates: [{ id, name: 'Jane Roe' }] });
        expect(await listed()).toEqual({ 'Jane Roe': 1, 'John Doe': 1, 'J. Roe': 1 });
      });

      it('makes one entry of a new name for pictures that come at the same moment, and again', async () => {
        const [one, two] = [await again(jane, 90), await again(jane, 80)];
        await place.put('inbox/Jane Roe/1.jpg', one);
        await place.put('inbox/Jane Roe/2.jpg', two);
        const keys = ['inbox/Jane Roe/2.jpg', 'inbox/Jane Roe/1.jpg', 'inbox/Jane Roe/2.jpg'];
        await redeliver(index, keys);
        expect(await place.keys()).toEqual([]);
        expect(await listed()).toEqual({ 'Jane Roe': 2 });
      });

      it('enrolls the largest of several faces', async () => {
        expect(await upload('inbox/Jane Roe/a.jpg', await sample(3, 600))).toMatchObject({
          outcome: 'enrolled',
          faceCount: 3,
        });
      });

      it.each<[what: string, bytes: () => Promise<Buffer>, reason: RegExp]>([
        ['of nobody', () => pictureOfNothing(), /No face was found/],
        ['of a blurred face', () => sharp(jane).blur(12).jpeg().toBuffer(), /too blurred/],
      ])('rejects a picture %s, and says why', async (_, bytes, reason) => {
        const outcome = await upload('inbox/Jane Roe/a.jpg', await bytes());
        expect(outcome).toEqual({ outcome: 'rejected', reason: expect.stringMatching(reason) });
        expect(await listed()).toEqual({});
      });

      it.each(steps('faces.enroll'))('completes what failed %s when the event comes again', completes);
    });

    describe('with faces of a fake, for what its other stores do', () => {
      beforeAll(async () => {
        opened = { ...opened, faces: new FakeFaces(new FakeGallery()) };
        ports = { ...opened, inbox: place.inbox };
        [jane, other] = await Promise.all([portraitOf('listed'), portraitOf('other')]);
      });

      it('indexes twelve uploads at once', async () => {
        const { id } = await list('Listed');
        const keys: string[] = [];
        for (let number = 0; number < 12; number++) {
          const folder = ['New', 'Newer', `${id}`, 'Listed'][number % 4] ?? '';
          const key = `inbox/${folder}/${number}.jpg`;
          await place.put(key, await again(number % 2 ? jane : other, 75 + number));
          keys.push(key);
        }
        await redeliver(index, keys.toReversed());
        expect(await place.keys()).toEqual([]);
        expect(await listed()).toEqual({ Listed: 7, New: 3, Newer: 3 });
      });

      it('lists a name that is sent by a request and by uploads at the same moment once', async () => {
        await place.put('inbox/Jane Roe/1.jpg', await again(jane, 90));
        const request = list('Jane Roe').catch((error: unknown) => error);
        await redeliver(index, ['inbox/Jane Roe/1.jpg']);
        const wasTaken = (await request) instanceof NameTakenError;
        expect(await listed()).toEqual({ 'Jane Roe': wasTaken ? 1 : 2 });
        expect(await place.keys()).toEqual([]);
      });

      it('keeps the good picture of a new name when a bad one comes at the same moment', async () => {
        const keys = ['nobody', 'good', 'text'].map((name) => `inbox/Jane Roe/${name}.jpg`);
        await place.put(keys[0] ?? '', await pictureOfNothing());
        await place.put(keys[1] ?? '', jane);
        await place.put(keys[2] ?? '', Buffer.from('text'));
        await redeliver(index, keys);
        expect(await listed()).toEqual({ 'Jane Roe': 1 });
        expect(await place.keys()).toEqual(['rejected/Jane Roe/nobody.jpg', 'rejected/Jane Roe/text.jpg']);
      });

      it('indexes a picture once that may not be removed, also after its entry was deleted', async () => {
        await place.put('inbox/Jane Roe/a.jpg', jane);
        const stuck: IndexingPorts = { ...ports, inbox: stuckInbox(place.inbox) };
        const outcome = await indexUpload(stuck, 'inbox/Jane Roe/a.jpg');
        expect(outcome).toMatchObject({ outcome: 'enrolled', isLeft: true });
        expect(await indexUpload(stuck, 'inbox/Jane Roe/a.jpg')).toEqual({ outcome: 'left' });
        // The deletion may not remove it either.
        const { leftovers: _, ...withoutInbox } = opened;
        await deleteEntry(withoutInbox, (outcome as { entryId: number }).entryId);
        expect(await indexUpload(stuck, 'inbox/Jane Roe/a.jpg')).toEqual({ outcome: 'left' });
        expect(await listed()).toEqual({});
        // It is removed as soon as that is allowed. A file that is put there later is another picture.
        expect(await index('inbox/Jane Roe/a.jpg')).toEqual({ outcome: 'gone' });
        expect(await place.keys()).toEqual([]);
        expect(await upload('inbox/Jane Roe/a.jpg', jane)).toMatchObject({ outcome: 'enrolled' });
      });

      it.each(steps('records.createImage'))('completes what failed %s when the event comes again', completes);

      // The others are the use case's alone, and every store passes its own suite.
      if (cases === 'of the stores') return;

      it('tells where nobody matches the entry, for it is suspended', async () => {
        const { id } = await list('Jane Roe');
        await opened.records.updateEntry(id, { suspended: true });
        const warning = 'The entry is suspended: nobody matches it.';
        expect(await upload('inbox/Jane Roe/a.jpg', jane)).toMatchObject({ outcome: 'enrolled', warning });
        expect(await listed()).toEqual({ 'Jane Roe': 2 });
      });

      const names = [
        'Jane Roe',
        'Zoë Müller',
        'a+b',
        '100% #1? & c=d',
        '%41%2F',
        'ひと',
        'x'.repeat(100),
        '-1',
        '7 of 9',
      ];
      it.each(names)('makes a new entry for a new name: %s', async (name) => {
        const outcome = await upload(`inbox/${name.normalize('NFD')}/my picture.jpg`, jane);
        expect(outcome).toMatchObject({ outcome: 'enrolled', faceCount: 1 });
        expect(await listed()).toEqual({ [name.normalize('NFC')]: 1 });
        expect(await opened.records.findEntry(name.normalize('NFC'))).toMatchObject({ reason: null });
      });

      it('takes folders whose names have one normal form for one person', async () => {
        for (const [index, name] of ['Zoë ', 'Zoe\u0308', ' Zo\u200bë\u00a0'].entries()) {
          const picture = await again(jane, 80 + index);
          expect(await upload(`inbox/${name}/a.jpg`, picture)).toMatchObject({ outcome: 'enrolled' });
        }
        const { id } = (await opened.records.findEntry('Zoë')) ?? {};
        expect(await upload(`inbox/ ${id}/b.jpg`, jane)).toMatchObject({ outcome: 'enrolled', entryId: id });
        expect(await listed()).toEqual({ Zoë: 4 });
        for (const [name, told] of [
          ['\u00a0', 'characters that can be seen'],
          ['\u200b', 'characters that can be seen'],
          ['Zo\ufffd', 'was damaged'],
        ]) {
          const reason = expect.stringContaining(told ?? '');
          expect(await upload(`inbox/${name}/a.jpg`, jane)).toEqual({ outcome: 'rejected', reason });
        }
        expect(await listed()).toEqual({ Zoë: 4 });
      });

      it('changes nothing when an event comes again, before, with or after the others', async () => {
        const { id } = await list('Jane Roe');
        const key = `inbox/${id}/a.jpg`;
        await place.put(key, jane);
        const outcomes = await Promise.allSettled([index(key), index(key), index(key), index(key)]);
        const done = outcomes.flatMap((outcome) =>
          outcome.status === 'fulfilled' ? outcome.value.outcome : [],
        );
        expect(done.filter((outcome) => outcome === 'enrolled')).toEqual(['enrolled']);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(BackendUnavailableError);
        }
        expect(await index(key)).toEqual({ outcome: 'gone' });
        // This happens if the first event's object was not removed, or if the picture was put there again.
        expect(await upload(key, jane)).toMatchObject({ outcome: 'known', entryId: id });
        expect(await upload(`inbox/Jane Roe/other name.jpg`, jane)).toMatchObject({ outcome: 'known' });
        expect(await place.keys()).toEqual([]);
        expect(await listed()).toEqual({ 'Jane Roe': 2 });
        await deleteEntry(opened, id);
        expect(await index(key)).toEqual({ outcome: 'gone' });
        expect(await listed()).toEqual({});
      });

      it('adds no picture that the entry has from elsewhere, or with other metadata', async () => {
        const { id } = await list('Jane Roe', jane);
        const [image] = await opened.records.listImages(id);
        const known = { outcome: 'known', entryId: id, imageId: image?.id };
        expect(await upload(`inbox/${id}/b.jpg`, jane)).toMatchObject(known);
        const comment = Buffer.from('fffe00064775', 'hex');
        const described = Buffer.concat([jane.subarray(0, 2), comment, Buffer.from('rd'), jane.subarray(2)]);
        expect(await upload(`inbox/${id}/c.jpg`, described)).toMatchObject(known);
        expect(await place.keys()).toEqual([]);
        expect(await listed()).toEqual({ 'Jane Roe': 1 });
      });

      it('adds a picture for an entry that was merged since to the one that stays', async () => {
        const [last, into, from] = [await list('Roe'), await list('Jane Roe'), await list('J. Roe')];
        await deleteEntry(opened, from.id, { mergedInto: into.id });
        await deleteEntry(opened, into.id, { mergedInto: last.id });
        const outcome = await upload(`inbox/${from.id}/a.jpg`, jane);
        expect(outcome).toMatchObject({ outcome: 'enrolled', entryId: last.id });
        expect(await listed()).toEqual({ Roe: 2 });
        await deleteEntry(opened, last.id);
        expect(await upload(`inbox/${from.id}/b.jpg`, jane)).toMatchObject({ outcome: 'rejected' });
      });

      const tooLong = 'x'.repeat(101);
      const rejections: [what: string, key: string, bytes: () => unknown, reason: RegExp][] = [
        ['what is no picture', 'inbox/Jane Roe/a.txt', () => Buffer.from('text'), /JPEG, PNG, WebP/],
        ['a damaged picture', 'inbox/Jane Roe/a.jpg', () => jane.subarray(0, 2000), /damaged or cut off/],
        ['a picture of nobody', 'inbox/Jane Roe/ä.jpg', () => pictureOfNothing(), /No face was found/],
        ['an empty file', 'inbox/Jane Roe/a.jpg', () => Buffer.alloc(0), /JPEG, PNG, WebP|empty/],
        [
          'too large a file',
          'inbox/Jane Roe/a.jpg',
          () => Buffer.alloc(15 * 1024 * 1024 + 1),
          /larger than 15728640/,
        ],
        ['digits that are no entry', 'inbox/987654/a.jpg', () => jane, /no blacklist entry of that id/],
        ['digits without end', `inbox/${'9'.repeat(40)}/a.jpg`, () => jane, /no blacklist entry of that id/],
        ['a name that is too long', `inbox/${tooLong}/a.jpg`, () => jane, /1 to 100 characters/],
        ['what lies in nobody’s folder', 'inbox/a.jpg', () => jane, /no person's folder/],
      ];
      it.each(rejections)('rejects %s, and says why', async (_, key, bytes, reason) => {
        const outcome = await upload(key, Buffer.from((await bytes()) as Uint8Array));
        expect(outcome).toEqual({ outcome: 'rejected', reason: expect.stringMatching(reason) });
        const rejected = key.replace('inbox/', 'rejected/');
        expect(await place.keys()).toEqual([rejected]);
        expect(await place.reasonOf(rejected)).toMatch(reason);
        expect(await index(key)).toEqual({ outcome: 'gone' });
        expect(await listed()).toEqual({});
      });

      it('takes digits that begin with a zero for no id: they are a number of somebody else’s', async () => {
        const { id } = await list('Jane Roe');
        expect(await upload(`inbox/00${id}/a.jpg`, jane)).toMatchObject({ outcome: 'rejected' });
        expect(await listed()).toEqual({ 'Jane Roe': 1 });
      });

      it('passes over what S3’s console makes for a folder', async () => {
        expect(await index('inbox/Jane Roe/')).toEqual({ outcome: 'ignored' });
      });

      const interruptions = steps(
        'records.createEntry',
        'images.put',
        'faces.enroll',
        'records.activateImage',
      );
      it.each(interruptions)('completes what failed %s when the event comes again', completes);

      it.each(steps('records.activateEntry'))('completes what failed %s as well', async (_, step) => {
        await place.put('inbox/Jane Roe/a.jpg', jane);
        const broken = failing(ports, step);
        await expect(indexUpload(broken, 'inbox/Jane Roe/a.jpg')).rejects.toBe(down);
        passTime();
        await redeliver(index, ['inbox/Jane Roe/a.jpg']);
        expect(await listed()).toEqual({ 'Jane Roe': 1 });
      });

      it('leaves to another run what it is making, and takes over what a crash left', async () => {
        const { id } = await list('Jane Roe');
        await place.put(`inbox/${id}/a.jpg`, jane);
        const outcome = await index(`inbox/${id}/a.jpg`);
        const { imageId } = outcome as { imageId: string };
        const [image] = (await opened.records.listImages(id)).filter((one) => one.id === imageId);
        await opened.records.removeImage(imageId);
        await opened.records.createImage({ id: imageId, entryId: id, key: image?.key ?? '', file: null });

        await place.put(`inbox/${id}/a.jpg`, jane);
        await expect(index(`inbox/${id}/a.jpg`)).rejects.toThrow('being added at this moment');
        expect((await opened.records.getImages([imageId])).get(imageId)).toMatchObject({ status: 'PENDING' });
        passTime();
        await redeliver(index, [`inbox/${id}/a.jpg`]);
        expect(await listed()).toEqual({ 'Jane Roe': 2 });
        expect(await place.keys()).toEqual([]);
      });

      it('indexes a picture again with nothing else that ended the process once, and rejects it after twice', async () => {
        const key = 'inbox/Jane Roe/a.jpg';
        await place.put(key, jane);
        const file = await place.inbox.read(key, 10_000_000);
        if (!file) throw new Error('The picture is not in the inbox.');
        await place.another().notes.begin(file.mark, 1);
        passTime();
        expect(await indexUpload(ports, key, false)).toEqual({ outcome: 'postponed' });
        await place.another().notes.begin(file.mark, 1);
        passTime();
        expect(await indexUpload(ports, key, true)).toEqual({
          outcome: 'rejected',
          reason: expect.stringMatching(/ended twice/),
        });
        expect(await place.keys()).toEqual(['rejected/Jane Roe/a.jpg']);
        // A picture that is put there again gets new attempts.
        expect(await upload(key, jane)).toMatchObject({ outcome: 'enrolled' });
      });

      const systemKeys = [
        '#recycle/a.jpg',
        'Jane Roe/@eaDir/a.jpg/SYNOPHOTO_THUMB_XL.jpg',
        '$RECYCLE.BIN/S-1/a.jpg',
      ];
      it.each(systemKeys)('passes over inbox/%s, and leaves it where it is', async (path) => {
        expect(await upload(`inbox/${path}`, jane)).toMatchObject({ outcome: 'passed over' });
        expect(await place.keys()).toEqual([`inbox/${path}`]);
        expect(await listed()).toEqual({});
      });

      it.each(['inbox/Jos\ufffd/a.jpg', 'inbox/Jane Roe/\ufffd.jpg'])(
        'rejects a damaged name: %s',
        async (key) => {
          expect(await upload(key, jane)).toMatchObject({
            outcome: 'rejected',
            reason: expect.stringMatching(/name was damaged/),
          });
          expect(await listed()).toEqual({});
        },
      );

      it('deletes an entry whose deletion broke off to its end, and makes a new one of the name', async () => {
        const { id } = await list('Jane Roe');
        await opened.records.markEntryDeleting(id);
        expect(await upload(`inbox/${id}/a.jpg`, jane)).toMatchObject({ outcome: 'rejected' });
        const outcome = await upload('inbox/Jane Roe/a.jpg', jane);
        expect(outcome).toMatchObject({ outcome: 'enrolled' });
        expect((outcome as { entryId: number }).entryId).toBeGreaterThan(id);
        expect(await listed()).toEqual({ 'Jane Roe': 1 });
      });

      it('makes a new entry of a name that a crash left half-made', async () => {
        const { id } = await opened.records.createEntry({ name: 'Jane Roe', reason: null });
        await place.put(`inbox/${id}/a.jpg`, jane);
        await expect(index(`inbox/${id}/a.jpg`)).rejects.toThrow('being made at this moment');
        passTime();
        expect(await upload('inbox/Jane Roe/a.jpg', jane)).toMatchObject({ outcome: 'enrolled' });
        expect(await index(`inbox/${id}/a.jpg`)).toMatchObject({ outcome: 'rejected' });
        expect(await listed()).toEqual({ 'Jane Roe': 1 });
      });
    });
  });

  afterEach(() => {
    vi.useRealTimers();
  });
}

/**
 * Brings the events at once, and those that fail again, as a queue does. Of two rounds, one ends at least
 * one of them; the other may only have removed what a crash left.
 */
async function redeliver(index: (key: string) => Promise<unknown>, keys: readonly string[]): Promise<void> {
  let waiting = keys;
  let idleRounds = 0;
  while (waiting.length > 0) {
    const before = waiting.length;
    const outcomes = await Promise.allSettled(waiting.map(index));
    const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    for (const error of failed) expect(error).toBeInstanceOf(BackendUnavailableError);
    waiting = waiting.filter((_, position) => outcomes[position]?.status === 'rejected');
    idleRounds = waiting.length < before ? 0 : idleRounds + 1;
    expect(idleRounds).toBeLessThan(2);
  }
}

/** Moves the clock so far that no earlier run can be under way any more. */
function passTime(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + sweepAgeMs + 1000 });
}

function digest(bytes: Uint8Array | undefined): string | undefined {
  return bytes && createHash('sha256').update(bytes).digest('hex');
}

/** Makes an inbox from which nothing can be removed. */
function stuckInbox(inbox: Inbox): Inbox {
  return {
    read: (key, maxBytes) => inbox.read(key, maxBytes),
    notes: inbox.notes,
    remove: async () => false,
    reject: (file, reason) => inbox.reject(file, reason),
  };
}
