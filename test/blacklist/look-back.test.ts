import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { lookBack } from '../../lib/blacklist/look-back.ts';
import { parseConfig } from '../../lib/config.ts';
import { ProcessImagesRequest } from '../../lib/contract/endpoints/process-images.ts';
import { HistorySearch } from '../../lib/contract/endpoints/search-history.ts';
import { LookBackOffError } from '../../lib/errors.ts';
import { createInputReader } from '../../lib/inputs/read.ts';
import type { Ports } from '../../lib/ports.ts';
import { forgetFaces } from '../../lib/processing/forget-faces.ts';
import { processImages } from '../../lib/processing/process-images.ts';
import { searchHistory } from '../../lib/processing/search-history.ts';
import { openDatabase } from '../../lib/records/sqlite/database.ts';
import { type Embedded, openEmbedded } from '../../lib/wiring/embedded.ts';
import { temporaryFolder } from '../api/server-process.ts';
import {
  forgetAll,
  listPerson,
  lookBackSettings,
  lookBackSuite,
  type People,
  peopleFor,
  processAll,
} from './look-back-suite.ts';
import { slots } from './stores.ts';

/** Tests of one machine with its own engine, for only that makes and compares embeddings. */

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let database: DatabaseSync;
let embedded: Embedded;
let ports: Ports;
let people: People;

async function open(days: string): Promise<void> {
  database = await openDatabase(join(folder.path, 'face-blacklist.sqlite'));
  const environment = { DATA_DIR: folder.path, LOOK_BACK_DAYS: days, ENGINE_WORKERS: '1' };
  embedded = await openEmbedded(parseConfig(environment), database);
  const inputs = createInputReader({ imageRoot: folder.path, maxImageBytes: 15 * 1024 * 1024 });
  ports = { ...embedded, inputs, pictureSlots: slots(2) };
}

beforeAll(async () => {
  folder = await temporaryFolder();
  await open('7');
  people = await peopleFor(ports);
});
afterAll(async () => {
  await embedded?.close();
  await folder.remove();
});

const process = (images: Buffer[], more?: object) => processAll(ports, images, more);
const list = (bytes: Buffer, name: string) => listPerson(ports, bytes, name);
const keptFaces = () => Number(database.prepare('SELECT count(*) AS count FROM kept_face').get()?.count);

lookBackSuite(() => {
  const environment = { DATA_DIR: folder.path, ENGINE_WORKERS: '1' };
  return {
    ports,
    people,
    environment,
    keptFaces: async () => keptFaces(),
    async withoutLookBack(work) {
      await embedded.close();
      await open('0');
      await work(ports, parseConfig(environment)).finally(() => embedded.close());
      await open('7');
    },
  };
});

test('faces of another model are not compared, and go', async () => {
  await process([people.group]);
  database.exec("UPDATE kept_face SET version = 'older' WHERE face_index = 0");
  const { seen_before } = await list(people.her, 'Jane Roe');
  expect(seen_before).toMatchObject({ faces_compared: 2, faces_not_compared: 1 });
  expect(seen_before?.warnings).toEqual([expect.stringMatching(/^1 kept faces were not compared/)]);
  expect(await forgetFaces(ports)).toBe(1);
  await forgetAll(ports);
});

test('each kept face has a code, which an erasure leaves in none of the files', async () => {
  await process([people.group]);
  const codes = () =>
    database
      .prepare('SELECT code FROM kept_face JOIN kept_face_code USING (id) ORDER BY id')
      .all()
      .map(({ code }) => Buffer.from(code as Uint8Array));
  const before = codes();
  expect(before).toHaveLength(keptFaces());
  const { id } = await list(people.her, 'Jane Roe');
  await deleteEntry(ports, id, { history: 'keep' });
  const after = codes();
  expect(after).toHaveLength(before.length - 1);
  const [gone] = before.filter((code) => !after.some((other) => other.equals(code)));
  const file = await readFile(join(folder.path, 'face-blacklist.sqlite'));
  expect(file.includes(gone?.subarray(0, 64) ?? '')).toBe(false);
  expect(file.includes(after[0]?.subarray(0, 64) ?? 'none')).toBe(true);
  await forgetAll(ports);
  expect(codes()).toEqual([]);
});

test('a search of nothing says so, and is no search of all that is kept', async () => {
  const [group] = await process([people.group]);
  // So it is when LOOK_BACK_DAYS was set after the picture had been processed.
  database.exec('DELETE FROM kept_face');
  const { seen_before } = await list(people.her, 'Jane Roe');
  expect(seen_before).toMatchObject({
    total: 0,
    faces_compared: 0,
    warnings: [expect.stringMatching(/^No face was compared: none is kept yet\./)],
  });
  const request = HistorySearch.parse({ image: people.herAgain.toString('base64') });
  const searched = await searchHistory(ports, request);
  expect(searched).toMatchObject({ compared: 0, progress: { done: 0, total: 0 } });
  expect(searched.warnings?.[1]).toMatch(/: 0 of 1 kept pictures have such\./);
  expect(searched.warnings?.[0]).toMatch(/^No face was compared/);
  const [later] = await process([people.stranger]);
  expect(later).toBeGreaterThan(group as number);
  expect((await searchHistory(ports, request)).progress).toEqual({ done: 1, total: 1 });
  await forgetAll(ports);
});

test('with LOOK_BACK_DAYS=0 nothing is kept, what was kept goes, and nobody is told of it', async () => {
  await process([people.group]);
  expect(keptFaces()).toBe(3);
  await embedded.close();
  await open('0');
  expect(await forgetFaces(ports)).toBe(3);
  expect(keptFaces()).toBe(0);
  const strings = { images: [people.group.toString('base64')] };
  await processImages(ports, { ...lookBackSettings, lookBackDays: 0 }, ProcessImagesRequest.parse(strings));
  expect(keptFaces()).toBe(0);
  const { id, seen_before } = await list(people.her, 'Jane Roe');
  expect(seen_before).toBeNull();
  await expect(lookBack(ports, id, 10)).rejects.toThrow(LookBackOffError);
});
