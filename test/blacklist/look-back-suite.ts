import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { getErasure } from '../../lib/blacklist/get-erasure.ts';
import { lookBack } from '../../lib/blacklist/look-back.ts';
import { finishInterrupted } from '../../lib/blacklist/sweep.ts';
import type { WatchedTrack } from '../../lib/cameras/judge.ts';
import { cutShot } from '../../lib/cameras/shot.ts';
import { Sightings } from '../../lib/cameras/sightings.ts';
import { type Config, parseConfig } from '../../lib/config.ts';
import { ProcessImagesRequest } from '../../lib/contract/endpoints/process-images.ts';
import { HistorySearch } from '../../lib/contract/endpoints/search-history.ts';
import { findKeptFaces } from '../../lib/erasure/check-kept.ts';
import { LookBackOffError } from '../../lib/errors.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import type { Ports } from '../../lib/ports.ts';
import { forgetFaces } from '../../lib/processing/forget-faces.ts';
import { processImages } from '../../lib/processing/process-images.ts';
import { searchHistory } from '../../lib/processing/search-history.ts';
import type { HistoryChoice } from '../../lib/records/erasure.ts';
import { cropFace, leftToRight, sample } from '../api/pictures.ts';
import { temporaryFolder } from '../api/server-process.ts';
import { defaultSettings } from '../fakes/settings.ts';
import { down, watched } from './steps.ts';

/** The promises of a look-back, for both modes alike. */

export const lookBackSettings = { ...defaultSettings, reviewBand: 10, lookBackDays: 7 };

/** The woman in two photographs, the group of the one with another of its people, and somebody else. */
export type People = Record<'her' | 'herAgain' | 'neighbour' | 'group' | 'stranger', Buffer>;

/** Stores that keep unmatched faces for seven days. */
export interface OpenedLookBack {
  readonly ports: Ports;
  readonly people: People;
  /** Settings by which another process finds the same stores. */
  readonly environment: Readonly<Record<string, string>>;
  /** Counts the faces that are kept. */
  keptFaces(): Promise<number>;
  /** Opens the same stores as after `LOOK_BACK_DAYS` became 0, for as long as the work takes. */
  withoutLookBack(work: (ports: Ports, config: Config) => Promise<void>): Promise<void>;
}

export async function peopleFor(ports: Pick<Ports, 'faces'>): Promise<People> {
  const [group, family, others] = await Promise.all([sample(1, 640), sample(3), sample(6)]);
  const alone = async (picture: Buffer, place: number) => {
    const faces = await ports.faces.detect(await decodePicture(picture), {});
    const area = leftToRight(faces.map((face) => face.area)).at(place);
    if (!area) throw new Error('The sample picture does not show the faces that it should.');
    return cropFace(picture, area);
  };
  return {
    her: await alone(family, 1),
    herAgain: await alone(group, -1),
    neighbour: await alone(group, 0),
    group,
    stranger: await alone(others, -1),
  };
}

export async function processAll(ports: Ports, images: Buffer[], more: object = {}): Promise<number[]> {
  const strings = images.map((bytes) => bytes.toString('base64'));
  const request = ProcessImagesRequest.parse({ images: strings, ...more });
  const results = await processImages(ports, lookBackSettings, request);
  return results.map(({ db_id }) => db_id as number);
}

export const listPerson = (ports: Ports, bytes: Buffer, name: string) =>
  createEntry(ports, { name, reason: null }, [{ fileName: 'x.jpg', bytes }]);

export async function forgetAll(ports: Ports): Promise<void> {
  for (const { id } of await ports.records.listEntries('ACTIVE')) await deleteEntry(ports, id);
  const { items } = await ports.records.listProcessed({ limit: 100, offset: 0 });
  await ports.records.removeProcessed(items.flatMap(({ db_id }) => db_id ?? []));
}

export function lookBackSuite(opened: () => OpenedLookBack): void {
  const process = (images: Buffer[], more?: object) => processAll(opened().ports, images, more);
  const list = (bytes: Buffer, name: string) => listPerson(opened().ports, bytes, name);

  /** Runs `npm run erasure -- check` with a name and pictures. */
  async function check(name: string, ...pictures: Buffer[]): Promise<{ code: number; stdout: string }> {
    await using elsewhere = await temporaryFolder();
    const images = pictures.map((_, index) => join(elsewhere.path, `${index}.jpg`));
    await Promise.all(images.map((path, index) => writeFile(path, pictures[index] ?? '')));
    const command = join(import.meta.dirname, '../../local/commands/erasure.ts');
    const words = [command, 'check', '--name', name, ...images.flatMap((path) => ['--image', path])];
    const env = { PATH: globalThis.process.env.PATH, LOOK_BACK_DAYS: '7', ...opened().environment };
    const { promise, resolve } = Promise.withResolvers<{ code: number; stdout: string }>();
    execFile(globalThis.process.execPath, words, { env, cwd: elsewhere.path }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout: stdout + stderr });
    });
    return await promise;
  }

  test('who is listed is found in the pictures of before, and nobody else is', async () => {
    const { ports, people, keptFaces } = opened();
    const [group, stranger] = await process([people.group, people.stranger], { source: 'door 1' });
    await process([people.herAgain], { keep: 'none' });
    expect(await keptFaces()).toBe(4);
    const { id, seen_before } = await list(people.her, 'Jane Roe');
    expect(seen_before).toMatchObject({ total: 1, faces_compared: 4, faces_not_compared: 0 });
    expect(seen_before?.seen).toMatchObject([
      { db_id: group, source: 'door 1', similarity: expect.any(Number) },
    ]);
    const face = seen_before?.seen[0];
    const shown = (await ports.records.getProcessed(group as number))?.faces[face?.face_index ?? 0];
    // She is the right-most of the group.
    expect(shown?.facial_area?.x).toBeGreaterThan(300);
    expect(face?.distance).toBeLessThanOrEqual(seen_before?.threshold ?? 0);
    // A face that matches is not kept, and the others of its picture are.
    const [again] = await process([people.group]);
    expect(await keptFaces()).toBe(6);
    const found = await lookBack(ports, id, 100);
    expect(found.seen.map(({ db_id }) => db_id)).toEqual([group]);
    expect(again).toBeGreaterThan(stranger as number);
    // Her match is no kept face, and whoever asks for all that is known of her must learn so.
    const request = HistorySearch.parse({ image: people.herAgain.toString('base64') });
    const searched = await searchHistory(ports, request);
    expect([searched.by, searched.seen.map(({ db_id }) => db_id)]).toEqual(['kept_faces', [group]]);
    expect(searched).toMatchObject({ compared: 6, progress: { done: 3, total: 3 } });
    expect(searched.warnings).toEqual([expect.stringContaining("'by': 'pictures'")]);
    await forgetAll(ports);
    expect(await keptFaces()).toBe(0);
  });

  test('who passed a camera that keeps everybody is found too, once listed', async () => {
    const { ports, people, keptFaces } = opened();
    const { width, height, pixels } = await decodePicture(people.group);
    const found = await ports.faces.detect(await decodePicture(people.group), {});
    const areas = leftToRight(found.map(({ area }) => area));
    const [her, ...others] = areas.toReversed();
    if (!her) throw new Error('The sample picture does not show her.');
    const frame = { width, height, pixels };
    const shot = cutShot(frame, her, others);
    // A backend that keeps faces itself needs no print of them.
    const places = { regions: [{ x: 0, y: 0, w: width, h: height }], faces: [], known: [] };
    const looks = (await ports.faces.follower?.look(frame, places)) ?? [];
    const print = looks.find(({ area }) => Math.abs(area.x - her.x) < her.w / 2)?.print;
    const look = { box: her, confidence: 1, print, quality: 1, at: Date.now(), extra: { shot } };
    const times = { firstSeen: look.at, lastSeen: look.at };
    const track = { id: 'a track', ...times, box: her, looks: [look] } as unknown as WatchedTrack;
    const passing = async (settings: object) => {
      const kept = { ...lookBackSettings, keepDays: parseConfig({}).keepDays, ...settings };
      await new Sightings(ports, kept, { name: 'door', cooldown_s: 0 }).recordUnknown(track);
    };
    await passing({ lookBackDays: 0 });
    expect(await keptFaces()).toBe(0);
    await passing({});
    expect(await keptFaces()).toBe(1);
    const { seen_before } = await list(people.her, 'Jane Roe');
    expect(seen_before).toMatchObject({ total: 1, seen: [{ face_index: 0, source: 'door' }] });
    await forgetAll(ports);
    expect(await keptFaces()).toBe(0);
  });

  test('kept faces go with their picture, and with their age', async () => {
    const { ports, people, keptFaces } = opened();
    const [first] = await process([people.group, people.stranger]);
    await ports.records.removeProcessed([first as number]);
    expect(await keptFaces()).toBe(1);
    await process([people.group]);
    const inSixDays = new Date(Date.now() + 6 * 24 * 60 * 60_000);
    expect(await forgetFaces(ports, { now: inSixDays })).toBe(0);
    const inEightDays = new Date(Date.now() + 8 * 24 * 60 * 60_000);
    expect(await forgetFaces(ports, { now: inEightDays })).toBe(4);
    expect(await keptFaces()).toBe(0);
    // Their pictures stay, and nobody is found by them.
    const { seen_before } = await list(people.her, 'Jane Roe');
    expect(seen_before).toMatchObject({ total: 0, faces_compared: 0 });
    await forgetAll(ports);
  });

  test.each(['redact', 'delete', 'keep'] satisfies HistoryChoice[])(
    'an erasure (%s) leaves no face of the person, also of before the listing',
    async (history) => {
      const { ports, people } = opened();
      const [group, stranger] = await process([people.group, people.stranger]);
      const { id } = await list(people.her, 'Jane Roe');
      expect((await lookBack(ports, id, 10)).total).toBe(1);
      const before = await ports.records.getProcessed(group as number);
      await deleteEntry(ports, id, { history });
      const removed = (await getErasure(ports, { ...parseConfig({}) }, id)).removed;
      const isKept = history === 'keep';
      expect(removed).toContainEqual({ place: 'kept_faces', count: isKept ? 1 : 3 });
      expect(removed).toContainEqual({ place: 'history_pictures', count: isKept ? 0 : 3 });
      const after = await ports.records.getProcessed(group as number);
      if (history === 'keep') expect(after).toEqual(before);
      else if (history === 'delete') expect(after).toBeUndefined();
      else {
        expect(after).toMatchObject({
          original_image_path: null,
          cropped_face_path: null,
          has_blacklist_match: false,
        });
        expect(after?.faces.map((face) => face.facial_area?.left_eye)).toEqual([null, null, null]);
        expect(after?.processing_timestamp).toBe(before?.processing_timestamp);
      }
      expect((await ports.records.getProcessed(stranger as number))?.original_image_path).not.toBeNull();
      // Whoever lists her again finds nothing.
      const again = await list(people.her, 'Jane Roe');
      expect(again.seen_before?.total).toBe(0);
      expect(again.seen_before?.faces_compared).toBeGreaterThan(0);
      await forgetAll(ports);
    },
  );

  test('an erasure (keep, redact) after the look-back was turned off leaves no face of the person', async () => {
    const { people, keptFaces, withoutLookBack } = opened();
    const [group] = await process([people.group, people.stranger]);
    expect(await keptFaces()).toBe(4);
    await withoutLookBack(async (ports, config) => {
      const erase = async (picture: Buffer, history: HistoryChoice) => {
        const { id, seen_before } = await listPerson(ports, picture, 'Jane Roe');
        expect(seen_before).toBeNull();
        await expect(lookBack(ports, id, 10)).rejects.toThrow(LookBackOffError);
        await deleteEntry(ports, id, { history });
        return (await getErasure(ports, config, id)).removed;
      };
      const original = async () => (await ports.records.getProcessed(group as number))?.original_image_path;
      expect(await erase(people.her, 'keep')).toContainEqual({ place: 'kept_faces', count: 1 });
      expect(await keptFaces()).toBe(3);
      expect(await findKeptFaces(ports.faces, [people.herAgain])).toEqual([]);
      expect(await original()).toEqual(expect.any(String));
      // With the picture, the third face of it goes too.
      expect(await erase(people.neighbour, 'redact')).toContainEqual({ place: 'kept_faces', count: 2 });
      expect(await keptFaces()).toBe(1);
      expect(await findKeptFaces(ports.faces, [people.neighbour])).toEqual([]);
      expect(await original()).toBeNull();
      // The hourly round removes what is left of all others.
      expect(await forgetFaces(ports)).toBe(1);
      expect(await keptFaces()).toBe(0);
      await forgetAll(ports);
    });
  });

  test('an erasure that breaks off again and again leaves no face of the person, and those of others', async () => {
    const { ports, people, keptFaces } = opened();
    const [group] = await process([people.group, people.stranger]);
    const { id } = await list(people.her, 'Jane Roe');
    const find = () => findKeptFaces(ports.faces, [people.herAgain]);
    expect(await find()).toEqual([expect.stringMatching(`of processed picture ${group}$`)]);
    const before = await check('Jane Roe', people.her, people.herAgain);
    expect(before.code).toBe(1);
    expect(before.stdout).toMatch(/^name: /m);
    // The picture that she was listed with is found by its bytes, and another one of her by the face.
    expect(before.stdout).toMatch(/^image 1: (?!kept)/m);
    expect(before.stdout).toMatch(/^image 2: kept face \d of processed picture \d+$/m);
    let calls = 0;
    const fail = async () => {
      calls += 1;
      if (calls % 10 === 0) throw down;
    };
    const broken = watched(ports, { before: fail, after: fail });
    for (let rounds = 0; (await ports.records.getErasure(id))?.finished == null; rounds += 1) {
      expect(rounds).toBeLessThan(30);
      await deleteEntry(broken, id).catch(() => undefined);
      // As after a kill, the sweep goes on.
      await finishInterrupted(broken, new Date(0)).catch(() => undefined);
    }
    expect(calls).toBeGreaterThan(20);
    expect(await find()).toEqual([]);
    const after = await check('Jane Roe', people.her, people.herAgain);
    expect(after).toMatchObject({ code: 0, stdout: expect.stringMatching(/Nothing was found/) });
    // The stranger's face is still there, to be found should that person be listed.
    expect(await keptFaces()).toBe(1);
    expect((await findKeptFaces(ports.faces, [people.stranger])).length).toBe(1);
    await forgetAll(ports);
  });
}
