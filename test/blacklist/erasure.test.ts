import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addImages } from '../../lib/blacklist/add-images.ts';
import { keepCleaning } from '../../lib/blacklist/clean-erased.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { getErasure } from '../../lib/blacklist/get-erasure.ts';
import { getImage } from '../../lib/blacklist/get-image.ts';
import { finishInterrupted } from '../../lib/blacklist/sweep.ts';
import { parseConfig } from '../../lib/config.ts';
import { ProcessImagesRequest } from '../../lib/contract/endpoints/process-images.ts';
import { findInFiles } from '../../lib/erasure/check-files.ts';
import { type Trace, tracesOfName, tracesOfPicture } from '../../lib/erasure/traces.ts';
import { EntryNotFoundError, ErasureNotFoundError } from '../../lib/errors.ts';
import { deliverBytes } from '../../lib/images/port.ts';
import { openFolderLeftovers } from '../../lib/inbox/folder-leftovers.ts';
import { getProcessedImage } from '../../lib/processing/get-processed.ts';
import { processImages } from '../../lib/processing/process-images.ts';
import type { HistoryChoice } from '../../lib/records/erasure.ts';
import { openLocalUploads } from '../../lib/uploads/local.ts';
import { temporaryFolder } from '../api/server-process.ts';
import { people } from '../fakes/pictures.ts';
import { defaultSettings } from '../fakes/settings.ts';
import { down, watched } from './steps.ts';
import { UsedStores } from './stores.ts';

/** Erasures in all; many more by hand: ERASURES=500 npm test -- test/blacklist/erasure.test.ts */
const rounds = Number(process.env.ERASURES ?? 6);
/** People who are searched for at once: the traces of hundreds are too many for the memory. */
const soughtAtOnce = 25;
/** Time limit in milliseconds: a busy machine takes some seconds for each. */
const [leastMs, msForEach] = [120_000, 20_000];
/** Share of a store's calls that fail. At fixed distances, the same step might fail each time. */
const failing = 0.1;
const settings = defaultSettings;
const histories = ['redact', 'delete', 'redact'] as const;

const stores = new UsedStores();
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
  await stores.open(folder.path);
});
afterAll(async () => {
  await stores.close();
  await folder.remove();
});

const opened = () => ({ ...stores.ports, leftovers: openFolderLeftovers(folder.path) });

/** Ports that fail now and then, before a call is done or after it was. */
function unreliable() {
  const fail = async () => {
    if (Math.random() < failing) throw down;
  };
  return watched(opened(), { before: fail, after: fail });
}

/** A picture of a disc like nobody else's, with noise that no other picture has. */
async function portrait(): Promise<Buffer> {
  const size = 160;
  const pixels = new Uint8Array(3 * size * size);
  for (let index = 0; index < size * size; index += 1) {
    const isFace = Math.hypot((index % size) - size / 2, Math.floor(index / size) - size / 2) <= 50;
    const gray = 100 + Math.floor(Math.random() * 50);
    pixels.set(isFace ? people.listed : [gray, gray, gray], 3 * index);
  }
  return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .withExif({ IFD0: { Copyright: 'Somebody' } })
    .toBuffer();
}

interface Somebody {
  readonly id: number;
  readonly name: string;
  readonly reason: string;
  readonly pictures: readonly Buffer[];
  /** Id of the picture in which it was seen. */
  readonly dbId: number;
}

/** Lists somebody, who is seen once, and has files in the inbox and among the rejected. */
async function somebody(hasLeftovers = true): Promise<Somebody> {
  const name = `Ägnes ${randomUUID()}`;
  const reason = `Reason ${randomUUID()}`;
  const pictures = [await portrait(), await portrait(), await portrait(), await portrait()] as const;
  const files = pictures.slice(0, 2).map((bytes) => ({ fileName: `${name}.jpg`, bytes }));
  const { id } = await createEntry(opened(), { name, reason }, files);
  // Sent by an upload, which tells its file's name.
  const { receive, create } = openLocalUploads({ dataDir: folder.path, maxImageBytes: 1_000_000 });
  const origin = { source: null, reference: `${name}.jpg` };
  const { fields, image } = await create({ kind: 'process', origin }, 'image/jpeg');
  const lower = Object.entries(fields).map(([field, value]) => [field.toLowerCase(), value] as const);
  await receive(new Map(lower), Readable.from([pictures[2]]));
  const images = [image];
  const [seen] = await processImages(opened(), settings, ProcessImagesRequest.parse({ images }));
  expect(seen?.has_blacklist_match).toBe(true);
  const places = [join('inbox', name), join('inbox', String(id)), join('rejected', name)];
  for (const place of hasLeftovers ? places : []) {
    await mkdir(join(folder.path, place), { recursive: true });
    await writeFile(join(folder.path, place, 'picture.jpg'), pictures[3]);
  }
  return { id, name, reason, pictures, dbId: Number(seen?.db_id) };
}

const tracesOf = async ({ name, reason, pictures }: Somebody): Promise<Trace[]> => [
  ...tracesOfName(name),
  ...tracesOfName(reason),
  ...(await Promise.all(pictures.map((bytes) => tracesOfPicture(bytes, 'picture')))).flat(),
];

/** Searches everything, as the command does: with the database closed, and no log written back by that. */
async function findAll(traces: readonly Trace[]) {
  await stores.close();
  const found = await Array.fromAsync(findInFiles(parseConfig({ DATA_DIR: folder.path }), traces));
  await stores.open(folder.path);
  return found;
}

/** Asks for it until it is done, as a client would, and then lets the sweep do the rest. */
async function erase({ id }: Somebody, history: HistoryChoice, dies: boolean): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await deleteEntry(unreliable(), id, { history });
      break;
    } catch (error) {
      if (error instanceof EntryNotFoundError) break;
      expect(error).toBe(down);
      // The next process knows only what is on the disk.
      if (dies && attempt === 0) {
        await stores.close();
        await stores.open(folder.path);
        if (await opened().records.getErasure(id)) break;
      }
    }
  }
  // Each of them may meet a failure of its own, and reports it.
  for (let sweeps = 0; (await opened().records.getErasure(id))?.finished === null; sweeps += 1) {
    expect(sweeps).toBeLessThan(50);
    await finishInterrupted(unreliable(), new Date(0)).catch((error: unknown) => expect(error).toBe(down));
  }
}

describe('an erasure', () => {
  it('finds what it must not find as long as it is there', async () => {
    const person = await somebody();
    const found = await findAll(await tracesOf(person));
    expect(new Set(found.map(({ label }) => label))).toEqual(new Set(['name', 'picture']));
    expect(found.map(({ place }) => place).filter((place) => place.includes('.sqlite'))).not.toEqual([]);
    await deleteEntry(opened(), person.id);
    expect(await findAll(await tracesOf(person))).toEqual([]);
  });

  it('reaches smaller pictures that are kept beside others, and its check finds them', async () => {
    const person = await somebody();
    const [image] = await opened().records.listImages(person.id);
    const ports = { ...opened(), delivery: deliverBytes(stores.ports.images) };
    await getImage(ports, person.id, image?.id ?? '', { size: '160', crop: 'face' });
    await getProcessedImage(ports, person.dbId, { variant: 'original', size: '320' });
    const places = async () => (await findAll(await tracesOf(person))).map(({ place }) => place);
    const smaller = (await places()).filter((place) => place.includes('.small-'));
    expect(smaller).toHaveLength(2);
    await deleteEntry(opened(), person.id);
    expect(await places()).toEqual([]);
    await Promise.all(smaller.map((place) => expect(stat(place)).rejects.toThrow('ENOENT')));
  });

  it('leaves nothing of entries that were merged, one into the next, either', async () => {
    const [first, second, last] = [await somebody(false), await somebody(false), await somebody()];
    for (const [from, into] of [
      [first, second],
      [second, last],
    ] as const) {
      const images = await opened().records.listImages(from.id);
      const kept = await Promise.all(images.map(({ key }) => opened().images.get(key)));
      const files = kept.map((bytes) => ({ fileName: 'moved.jpg', bytes: bytes ?? Buffer.of() }));
      await addImages(opened(), into.id, files);
      await deleteEntry(opened(), from.id, { mergedInto: into.id });
    }
    const people = [first, second, last];
    const traces = (await Promise.all(people.map(tracesOf))).flat();
    expect(await findAll(traces)).not.toEqual([]);
    // The process that merged them is not the one that erases.
    await deleteEntry(opened(), last.id);
    expect(await findAll(traces)).toEqual([]);
    for (const { dbId } of people) {
      const { faces } = (await opened().records.getProcessed(dbId)) ?? {};
      expect(faces?.[0]?.blacklist_matches[0]?.entry.name).toBe('(erased)');
    }
  });

  it('that ends a merge leaves what came into the inbox meanwhile', async () => {
    const [from, into] = [await somebody(false), await somebody(false)];
    const images = await opened().records.listImages(from.id);
    const kept = await Promise.all(images.map(({ key }) => opened().images.get(key)));
    const files = kept.map((bytes) => ({ fileName: 'moved.jpg', bytes: bytes ?? Buffer.of() }));
    await addImages(opened(), into.id, files);
    const late = join(folder.path, 'inbox', from.name, 'late.jpg');
    const before = async (call: string) => {
      if (call !== 'records.markEntryDeleting') return;
      await mkdir(dirname(late), { recursive: true });
      await writeFile(late, 'late');
    };
    const busy = watched(opened(), { before, after: async () => {} });
    await deleteEntry(busy, from.id, { mergedInto: into.id });
    expect(await opened().records.getEntry(from.id)).toBeUndefined();
    expect(await readFile(late, 'utf8')).toBe('late');
    await deleteEntry(opened(), into.id);
    await rm(dirname(late), { recursive: true });
  });

  it('finds a name that is written otherwise, also behind a link', async () => {
    const [name, written] = ["Zoë O'Hara-Ünal", 'zoe ohara unal'];
    expect(await findAll(tracesOfName(name))).toEqual([]);
    await using elsewhere = await temporaryFolder();
    await writeFile(join(elsewhere.path, 'list.txt'), `1;${written};`);
    await symlink(elsewhere.path, join(folder.path, 'linked'));
    await symlink(folder.path, join(elsewhere.path, 'back'));
    const found = await findAll(tracesOfName(name));
    expect(found).toEqual([{ label: 'name', place: join(folder.path, 'linked', 'list.txt') }]);
    await rm(join(folder.path, 'linked'));
  });

  it(
    'leaves no trace, though stores fail and processes end in the middle of it',
    async () => {
      const erased: Somebody[] = [];
      const staying: Somebody[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const [person, another] = [await somebody(), round % 4 === 0 ? await somebody() : undefined];
        const history = histories[round % histories.length] ?? 'redact';
        await erase(person, history, round % 3 === 0);
        erased.push(person);
        const kept = await opened().records.getProcessed(person.dbId);
        if (history === 'delete') expect(kept).toBeUndefined();
        else {
          expect(kept).toMatchObject({
            db_id: person.dbId,
            has_blacklist_match: true,
            saved_image_path: null,
          });
          expect(kept?.processing_timestamp).not.toBeNull();
        }
        if (another) {
          expect(await opened().records.getEntry(another.id)).toMatchObject({ name: another.name });
          await erase(another, 'redact', false);
          staying.push(another);
        }
      }
      for (const [round, { id }] of erased.entries()) {
        // Whoever was listed beside a person was seen with both: all look the same.
        const seen = round % 4 === 0 ? 2 : 1;
        const { removed } = (await opened().records.getErasure(id)) ?? {};
        expect(removed).toMatchObject({ reference_pictures: 2, faces: 2, history_records: seen });
        expect(removed).toMatchObject({ history_pictures: 3 * seen, uploads: seen });
        expect(removed).toMatchObject({ inbox_files: 2, rejected_files: 1 });
      }
      const records = await opened().records.unsettledErasures();
      expect(records.filter(({ finished }) => finished === null)).toEqual([]);
      expect(erased).toHaveLength(rounds);
      const everybody = [...erased, ...staying];
      for (let next = 0; next < everybody.length; next += soughtAtOnce) {
        const traces = await Promise.all(everybody.slice(next, next + soughtAtOnce).map(tracesOf));
        expect(await findAll(traces.flat())).toEqual([]);
      }
    },
    leastMs + rounds * msForEach,
  );

  it('tells what it removed, what remains, and nothing of the person; and stays', async () => {
    const person = await somebody();
    const config = parseConfig({});
    await expect(getErasure(opened(), config, person.id)).rejects.toThrow(ErasureNotFoundError);
    await deleteEntry(opened(), person.id);
    const erasure = await getErasure(opened(), config, person.id);
    expect(erasure).toMatchObject({ entry_id: person.id, history: 'redact' });
    expect(Date.parse(erasure.finished_at ?? '')).toBeGreaterThanOrEqual(Date.parse(erasure.started_at));
    const counts = Object.fromEntries(erasure.removed.map(({ place, count }) => [place, count]));
    expect(counts).toEqual({
      reference_pictures: 2,
      faces: 2,
      history_records: 1,
      history_pictures: 3,
      inbox_files: 2,
      rejected_files: 1,
      uploads: 1,
      pending_events: 0,
      kept_faces: 0,
    });
    expect(erasure.remaining.map(({ place }) => place)).toEqual([
      'unmatched_pictures',
      'pictures_of_others',
      'uploads',
      'inbox',
      'backups',
    ]);
    const untilOf = (place: string) => erasure.remaining.find((one) => one.place === place)?.until ?? '';
    const kept = Date.parse(untilOf('unmatched_pictures')) - Date.parse(erasure.finished_at ?? '');
    expect(kept).toBe(config.keepDays.unmatched * 24 * 3_600_000);
    expect(JSON.stringify(erasure)).not.toContain(person.name);
    // Nothing follows it any more.
    await finishInterrupted(opened(), new Date(0));
    expect(await getErasure(opened(), config, person.id)).toEqual(erasure);
  });

  it('in AWS tells until when copies may remain', async () => {
    const person = await somebody();
    await deleteEntry(opened(), person.id, { history: 'delete' });
    const aws = { ...parseConfig({}), aws: { tableName: 'records' } as never, recoveryDays: 7 };
    const { finished_at, remaining } = await getErasure(opened(), aws, person.id);
    const until = new Date(Date.parse(finished_at ?? '') + 7 * 24 * 3_600_000).toISOString();
    expect(remaining).toContainEqual(expect.objectContaining({ place: 'point_in_time_recovery', until }));
    expect(remaining.map(({ place }) => place)).toEqual(
      expect.arrayContaining(['object_versions', 'dead_letters', 'access_logs', 'receivers', 'backups']),
    );
    // The look-back is off, and somebody may have taken away the right to what it kept before.
    expect(remaining).toContainEqual(expect.objectContaining({ place: 'kept_faces', until: null }));
    const keeping = await getErasure(opened(), { ...aws, lookBackDays: 7 }, person.id);
    expect(keeping.remaining).toContainEqual(expect.objectContaining({ place: 'kept_faces', until }));
  });

  it('that keeps the history takes the entry alone', async () => {
    const person = await somebody();
    await deleteEntry(opened(), person.id, { history: 'keep' });
    const kept = await opened().records.getProcessed(person.dbId);
    expect(kept?.faces[0]?.blacklist_matches.map(({ entry }) => entry.name)).toContain(person.name);
    expect(kept?.saved_image_path).not.toBeNull();
    await opened().records.removeProcessed([person.dbId]);
  });

  it('catches up with a request that had begun before, and then is settled', async () => {
    const person = await somebody();
    const before = await opened().records.getProcessed(person.dbId);
    if (!before) throw new Error('It was kept.');
    await deleteEntry(opened(), person.id);
    const { db_id: _, processing_timestamp: __, ...late } = before;
    const { id } = await opened().records.addProcessed(randomUUID(), late);
    await finishInterrupted(opened(), new Date(0));
    expect(JSON.stringify(await opened().records.getProcessed(id))).not.toContain(person.name);
    expect(await findAll(tracesOfName(person.name))).toEqual([]);
  });

  it.each([
    ['that goes on', false],
    ['that was started again', true],
  ])('is finished by a server %s once a reader of the database lets it', async (_, isStartedAgain) => {
    const person = await somebody();
    using reader = new DatabaseSync(join(folder.path, 'face-blacklist.sqlite'));
    reader.exec('BEGIN');
    reader.prepare('SELECT name FROM entry').all();
    const steps: string[] = [];
    const before = async (step: string) => void steps.push(step);
    await deleteEntry(watched(opened(), { before, after: async () => {} }), person.id);
    // Whoever asked for it does not wait for another attempt.
    expect(steps.filter((step) => step === 'records.purge')).toHaveLength(1);
    if (isStartedAgain) {
      await stores.close();
      await stores.open(folder.path);
      await finishInterrupted(opened(), new Date(0));
    }
    expect((await opened().records.getErasure(person.id))?.finished).toBeNull();
    const readLog = () => readFile(join(folder.path, 'face-blacklist.sqlite-wal'));
    expect((await readLog()).includes(person.name)).toBe(true);

    const stop = new AbortController();
    const finished = Promise.withResolvers<void>();
    const told = watched(opened(), {
      before: async () => {},
      after: async (step) => {
        if (step === 'records.noteErasure') finished.resolve();
      },
    });
    const cleaning = keepCleaning(told, stop.signal, { shortest: 1, longest: 2 });
    reader.exec('COMMIT');
    await finished.promise;
    stop.abort();
    await cleaning;
    expect((await opened().records.getErasure(person.id))?.finished).not.toBeNull();
    expect((await readLog()).includes(person.name)).toBe(false);
    expect(await findAll(await tracesOf(person))).toEqual([]);
  });

  it('is not finished for as long as what a late request wrote is not cleaned', async () => {
    const person = await somebody();
    const before = await opened().records.getProcessed(person.dbId);
    if (!before) throw new Error('It was kept.');
    await deleteEntry(opened(), person.id);
    const { db_id: _, processing_timestamp: __, ...late } = before;
    await opened().records.addProcessed(randomUUID(), late);
    using reader = new DatabaseSync(join(folder.path, 'face-blacklist.sqlite'));
    reader.exec('BEGIN');
    reader.prepare('SELECT name FROM entry').all();
    await finishInterrupted(opened(), new Date(0));
    expect((await opened().records.getErasure(person.id))?.finished).toBeNull();
    reader.exec('COMMIT');
    await finishInterrupted(opened(), new Date(0));
    expect((await opened().records.getErasure(person.id))?.finished).not.toBeNull();
    expect(await findAll(tracesOfName(person.name))).toEqual([]);
  });

  it('takes the person out of pictures that only nearly show them, with their copies and notes', async () => {
    const person = await somebody();
    const { records } = opened();
    const before = await records.getProcessed(person.dbId);
    if (!before) throw new Error('It was kept.');
    const { db_id: _, processing_timestamp: __, ...result } = before;
    const faces = result.faces.map((face) => ({
      ...face,
      blacklist_matches: [],
      near_misses: face.blacklist_matches,
    }));
    const near = { ...result, faces, has_blacklist_match: false, has_near_miss: true };
    const { id } = await records.addProcessed(randomUUID(), near);
    const review = { faceIndex: 0, entryId: person.id, verdict: 'rejected', actor: 'ada' } as const;
    await records.reviewProcessed(id, { ...review, note: `Not ${person.name}.` }, 1);
    await deleteEntry(opened(), person.id);
    expect(await records.getProcessed(id)).toMatchObject({ has_near_miss: true, original_image_path: null });
    expect(await findAll(tracesOfName(person.name))).toEqual([]);
  });
});
