import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOnce } from '../../lib/answers/answer-once.ts';
import type { KeptAnswers } from '../../lib/answers/port.ts';
import { addImages } from '../../lib/blacklist/add-images.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import type { ImageIdentity } from '../../lib/blacklist/enroll-images.ts';
import { finishInterrupted } from '../../lib/blacklist/sweep.ts';
import type { AddedImages } from '../../lib/contract/endpoints/add-images.ts';
import { ProcessImagesRequest } from '../../lib/contract/endpoints/process-images.ts';
import { Deadline, noDeadline } from '../../lib/deadline.ts';
import {
  AnswerForgottenError,
  BackendUnavailableError,
  RequestInProgressError,
  RequestInvalidError,
} from '../../lib/errors.ts';
import type { Ports } from '../../lib/ports.ts';
import { processImages } from '../../lib/processing/process-images.ts';
import { openDatabase } from '../../lib/records/sqlite/database.ts';
import { forgetAnswers, SqliteKeptAnswers } from '../../lib/records/sqlite/kept-answers.ts';
import { temporaryFolder } from '../api/server-process.ts';
import { interrupted, stepBefore } from '../blacklist/steps.ts';
import { clear, complete, contents, everything, slots, useStores } from '../blacklist/stores.ts';
import { defaultSettings } from '../fakes/settings.ts';

const stores = useStores();
const resources = new AsyncDisposableStack();
let database: DatabaseSync;
let answers: KeptAnswers;
beforeAll(async () => {
  const folder = resources.use(await temporaryFolder());
  database = resources.adopt(await openDatabase(join(folder.path, 'answers.sqlite')), (one) => one.close());
  answers = new SqliteKeptAnswers(database);
});
afterAll(() => resources.disposeAsync());

let keys = 0;
const newKey = () => `key-${++keys}`;
const once = (key: string, work: () => Promise<unknown>, more: object = {}) =>
  answerOnce(
    answers,
    { caller: 'desk', key, content: ['createEntry', '{}'], deadline: noDeadline, ...more },
    { work, entryIdsOf: () => [5] },
  );

describe('a request with a key', () => {
  it('is worked on once, and each repetition gets the first result', async () => {
    const key = newKey();
    let runs = 0;
    const work = async () => ({ run: ++runs, name: 'Jane Roe' });
    expect(await once(key, work)).toEqual({ result: { run: 1, name: 'Jane Roe' }, isRepeated: false });
    expect(await once(key, work)).toEqual({ result: { run: 1, name: 'Jane Roe' }, isRepeated: true });
    expect(await once(newKey(), work)).toMatchObject({ result: { run: 2 } });
    expect(await once(key, work, { caller: 'other desk' })).toMatchObject({ result: { run: 3 } });
  });

  it('that comes twice at the same moment is worked on once, and both get the result', async () => {
    const key = newKey();
    let runs = 0;
    const { promise: isGoing, resolve: go } = Promise.withResolvers<void>();
    const work = async () => {
      runs += 1;
      await isGoing;
      return runs;
    };
    const both = [once(key, work), once(key, work)];
    await expect.poll(() => runs).toBe(1);
    go();
    const outcomes = await Promise.all(both);
    expect(outcomes.map(({ result }) => result)).toEqual([1, 1]);
    expect(outcomes.map(({ isRepeated }) => isRepeated).sort()).toEqual([false, true]);
  });

  it('is told to come later while the first takes longer than it may wait', async () => {
    const key = newKey();
    const { promise, resolve } = Promise.withResolvers<string>();
    const first = once(key, () => promise);
    await expect
      .poll(() => database.prepare('SELECT 1 FROM kept_answer WHERE answer IS NULL').all())
      .toHaveLength(1);
    const hurried = once(key, async () => 'second', { deadline: new Deadline(() => 3_000) });
    await expect(hurried).rejects.toThrow(RequestInProgressError);
    resolve('first');
    expect((await first).result).toBe('first');
  });

  it('is refused with another content', async () => {
    const key = newKey();
    await once(key, async () => 1);
    const other = once(key, async () => 2, { content: ['createEntry', '{"name":"other"}'] });
    await expect(other).rejects.toThrow(RequestInvalidError);
    await expect(once(key, async () => 2, { content: ['createEntry{}'] })).rejects.toThrow(
      RequestInvalidError,
    );
  });

  it('that failed may be sent again, and is worked on then', async () => {
    const key = newKey();
    const down = new BackendUnavailableError('Down.', 1);
    await expect(once(key, () => Promise.reject(down))).rejects.toBe(down);
    expect(await once(key, async () => 'done')).toEqual({ result: 'done', isRepeated: false });
  });

  it('leaves nothing that can be read without the key, and nothing once its entry is erased', async () => {
    const key = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
    await once(key, async () => ({ name: 'Jane Roe, of 12 High Street' }));
    const kept = JSON.stringify(database.prepare('SELECT * FROM kept_answer').all(), (_name, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    expect(kept).not.toContain('Jane Roe');
    expect(kept).not.toContain(key);
    forgetAnswers(database, 5);
    await expect(once(key, async () => 'again')).rejects.toThrow(AnswerForgottenError);
  });
});

/** Ids as a request with one key gives them, in every attempt. */
const ids = (place: number) => `00000000-0000-8000-8000-00000000000${place}`;

/** Ports whose process dies at a step: what it has done by then stays, and nothing is undone. */
function dying(ports: Ports, step: string): { ports: Ports; died: Promise<void> } {
  const { promise: died, resolve } = Promise.withResolvers<void>();
  const never = new Promise<void>(() => {});
  return {
    died,
    ports: interrupted(ports, stepBefore(step), () => {
      resolve();
      return never;
    }) as Ports,
  };
}

describe('a request that is sent again after a crash', () => {
  const there = (name: string) => `${name}: The entry had this picture already.`;
  const files = () => [
    { fileName: 'one.jpg', bytes: stores.pictures.listed },
    { fileName: 'two.jpg', bytes: stores.pictures.listedLater },
  ];
  const list = async () =>
    (
      await createEntry(stores.ports, { name: 'Jane Roe', reason: null }, [
        { fileName: 'a.jpg', bytes: stores.pictures.other },
      ])
    ).id;

  it('adds no picture twice, whatever the first attempt had done', async () => {
    for (const step of ['images.put 2', 'faces.enroll 2', 'records.activateImage 2']) {
      const id = await list();
      // One after the other, so that the first attempt does nothing more once it has died.
      const first = dying({ ...stores.ports, pictureSlots: slots(1) }, step);
      void addImages(first.ports, id, files(), undefined, ids);
      await first.died;
      const again = () => addImages(stores.ports, id, files(), undefined, ids);
      const outcome = await again().catch((error: unknown) => {
        // The rest of the first attempt is removed before anything is done again.
        expect(error).toBeInstanceOf(BackendUnavailableError);
        return again();
      });
      expect(outcome).toMatchObject({ message: '2 images added.', errors: [] });
      expect(await again()).toMatchObject({ message: '2 images added.', possible_duplicates: null });
      expect(await contents(stores.ports)).toEqual(complete({ 'Jane Roe': 3 }));
      await clear(stores.ports);
    }
  });

  it.each(['images.put', 'faces.enroll 2', 'records.activateImage', 'records.activateImage 2'])(
    'adds no picture twice without a key either, if it crashed twice before %s',
    async (step) => {
      const id = await list();
      const add = (ports: Ports = stores.ports) => addImages(ports, id, files());
      const attempts = Array.from({ length: 2 }, () =>
        dying({ ...stores.ports, pictureSlots: slots(1) }, step),
      );
      for (const { ports, died } of attempts) await Promise.race([died, add(ports)]);
      await add();
      const again = await add();
      expect(again).toMatchObject({
        message: '0 images added.',
        errors: files().map(({ fileName }) => there(fileName)),
      });
      await finishInterrupted(stores.ports, everything());
      expect(await contents(stores.ports)).toEqual(complete({ 'Jane Roe': 3 }));
      await clear(stores.ports);
    },
  );

  it('adds no picture twice where both requests run at once', async () => {
    const otherIds = (place: number) => `10000000-0000-8000-8000-00000000000${place}`;
    for (const [one, other] of [
      ['content', 'content'],
      [ids, otherIds],
      [ids, 'content'],
    ] as const) {
      for (const step of [
        'faces.enroll',
        'records.activateImage',
        'faces.enroll 2',
        'records.listImages 2',
      ]) {
        const id = await list();
        const told: AddedImages[] = [];
        const add = async (ports: Ports, identity: ImageIdentity) => {
          told.push(await addImages(ports, id, files(), undefined, identity));
        };
        const meanwhile = () => add(stores.ports, other);
        await add(interrupted({ ...stores.ports, pictureSlots: slots(1) }, stepBefore(step), meanwhile), one);
        expect(told, step).toHaveLength(2);
        expect(await contents(stores.ports)).toEqual(complete({ 'Jane Roe': 3 }));
        await clear(stores.ports);
        // Between the last look and the next call, nobody knows of the other.
        if (step === 'records.activateImage') continue;
        // Each picture is added by one of them, and the other tells that it was there.
        const counts = told.map(({ message }) => Number.parseInt(message, 10));
        expect((counts[0] ?? 0) + (counts[1] ?? 0), step).toBe(2);
        const errors = told.flatMap((one) => one.errors).sort();
        expect(errors, step).toEqual(files().map(({ fileName }) => there(fileName)));
      }
    }
  });

  it('finds the entry that it has made, and no other of that name', async () => {
    const person = { name: 'Jane Roe', reason: null };
    const create = (imageIdOf?: (place: number) => string) =>
      createEntry(stores.ports, person, files(), undefined, null, imageIdOf);
    const { id } = await create(ids);
    expect(await create(ids)).toMatchObject({ id, name: 'Jane Roe', image_count: 2, errors: [] });
    await expect(create()).rejects.toMatchObject({ code: 'name_taken' });
    await expect(create((place) => `10000000-0000-8000-8000-00000000000${place}`)).rejects.toMatchObject({
      code: 'name_taken',
    });
    expect(await contents(stores.ports)).toEqual(complete({ 'Jane Roe': 2 }));
  });

  it('keeps one record of each picture', async () => {
    const settings = defaultSettings;
    const images = [stores.pictures.listed, stores.pictures.other].map((bytes) => bytes.toString('base64'));
    const process = () =>
      processImages(
        stores.ports,
        settings,
        ProcessImagesRequest.parse({ images }),
        noDeadline,
        undefined,
        ids,
      );
    const count = async () => (await stores.ports.records.listProcessed({ limit: 1, offset: 0 })).total;
    const before = await count();
    const first = await process();
    const second = await process();
    expect(second.map(({ db_id }) => db_id)).toEqual(first.map(({ db_id }) => db_id));
    expect(await count()).toBe(before + 2);
  });
});
