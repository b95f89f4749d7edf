import { existsSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BlacklistRecord, ImageProcessingResult } from '../../lib/contract/shapes.ts';
import { openDatabase } from '../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../lib/records/sqlite/records.ts';
import { ApiClient } from '../suites/api/client.ts';
import { findPeople } from '../suites/api/people.ts';
import { connectOverHttp } from './connections.ts';
import { type Listing, Load } from './load.ts';
import { type RunningProcess, startServerProcess, temporaryFolder } from './server-process.ts';

/** Kills in all; many more by hand: CRASHES=20 npm test -- test/api/crash.test.ts */
const rounds = Number(process.env.CRASHES ?? 1);
const clients = 4;
const imageFolders = ['blacklist', 'processed', 'cropped'];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: RunningProcess;
let api: ApiClient;
let faces: Buffer[];
let load: Load;

beforeAll(async () => {
  folder = await temporaryFolder();
  await start();
  const { listed, neighbour, stranger } = await findPeople();
  faces = [listed, neighbour, stranger];
  load = new Load(faces);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder.remove();
});

async function start(): Promise<void> {
  server = await startServerProcess(folder.path);
  api = new ApiClient(connectOverHttp(server.url));
}

/** Lists the paths of all files in the image folders, including half-written ones. */
async function filesOnDisk(): Promise<string[]> {
  const lists = await Promise.all(
    imageFolders.map((name) => readdir(join(folder.path, name), { recursive: true, withFileTypes: true })),
  );
  return lists
    .flat()
    .filter((item) => item.isFile() && item.name !== '.face-blacklist-owner')
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** Sends many requests to the server, and kills it among them at a random moment. */
async function killUnderLoad(): Promise<void> {
  const enough = load.acknowledged + 6 + Math.floor(10 * Math.random());
  const killed = Promise.withResolvers<void>();
  const kill = async () => {
    // The kill comes at a random moment of the requests that are under way.
    await delay(150 * Math.random());
    await server.process.end('SIGKILL');
  };
  await load.run(server.url, clients, () => {
    if (load.acknowledged === enough) killed.resolve(kill());
  });
  await killed.promise;
}

/**
 * Restarts the server as if much time had passed, so that its sweep removes everything that no record knows.
 */
async function restartLater(): Promise<void> {
  const longAgo = new Date(Date.now() - 3_600_000);
  const day = join(folder.path, 'processed', '2020-01-31');
  await mkdir(day, { recursive: true });
  // A kill at a bad moment leaves a half-written file and a picture without a record. This round's kill may
  // have come at a good one.
  for (const name of ['.tmp-half', 'left-original.jpg']) await writeFile(join(day, name), faces[0] as Buffer);
  const entryFolders = (await readdir(join(folder.path, 'blacklist'), { withFileTypes: true }))
    .filter((item) => item.isDirectory())
    .map(({ name }) => join(folder.path, 'blacklist', name));
  for (const path of [...(await filesOnDisk()), ...entryFolders]) await utimes(path, longAgo, longAgo);
  await start();
  const swept = await server.process.line(({ msg }) => /sweep/.test(msg));
  expect(swept).toMatchObject({ level: 'info', damaged: 0, reEnrolled: 0 });
}

/** Counts, for each entry, how many of its images each face matches. */
async function matchesByFace(): Promise<Map<number, number>[]> {
  const results = await Promise.all(faces.map((face) => api.process(face)));
  return results.map(({ faces: [face] }) => {
    const ids = face?.blacklist_matches.map(({ entry }) => entry.id) ?? [];
    return new Map([...Map.groupBy(ids, (id) => id)].map(([id, matches]) => [id, matches.length]));
  });
}

async function allProcessed(): Promise<ImageProcessingResult[]> {
  const { total_items } = await api.page('?limit=1');
  const offsets = Array.from({ length: Math.ceil(total_items / 100) }, (_, index) => 100 * index);
  const pages = await Promise.all(offsets.map((offset) => api.page(`?limit=100&offset=${offset}`)));
  return pages.flatMap(({ items }) => items);
}

function expectAcknowledged(listing: Listing, entry: BlacklistRecord | undefined): void {
  if (listing.deletion === 'none' && listing.id !== undefined)
    expect(entry).toMatchObject({ id: listing.id });
  if (listing.deletion === 'done') expect(entry).toBeUndefined();
  if (!entry) return;
  expect(entry.image_count).toBeGreaterThanOrEqual(Math.max(1, listing.imagesKept));
  expect(entry.image_count).toBeLessThanOrEqual(listing.imagesAsked);
}

/** Checks that everything that is shown is complete, and that everything that was acknowledged is shown. */
async function checkEntries(): Promise<void> {
  const entries = await api.entries();
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  for (const listing of load.listings) expectAcknowledged(listing, byName.get(listing.name));
  const listings = new Map(load.listings.map((listing) => [listing.name, listing]));
  const matches = await matchesByFace();
  for (const { id, name, image_count, reference_image_dir } of entries) {
    const face = listings.get(name)?.face ?? -1;
    expect(matches.map((counts) => counts.get(id) ?? 0)).toEqual(
      faces.map((_, index) => (index === face ? image_count : 0)),
    );
    expect(await readdir(reference_image_dir ?? '')).toHaveLength(image_count);
  }
  const folders = (await readdir(join(folder.path, 'blacklist'))).filter((name) => !name.startsWith('.'));
  expect(folders.sort()).toEqual(entries.map(({ id }) => String(id)).sort());
}

/** Checks that every acknowledged picture is kept, and no picture without a record. */
async function checkProcessed(): Promise<void> {
  const items = await allProcessed();
  // A deletion takes the person out of the history too, with the pictures.
  const forgotten = new Set(load.listings.flatMap(({ id, deletion }) => (deletion === 'none' ? [] : [id])));
  for (const result of load.processed) {
    const entries = result.faces.flatMap(({ blacklist_matches }) =>
      blacklist_matches.map(({ entry }) => entry.id),
    );
    const isWhole = !entries.some((id) => forgotten.has(id));
    const { db_id, processing_timestamp } = result;
    expect(items).toContainEqual(isWhole ? result : expect.objectContaining({ db_id, processing_timestamp }));
  }
  const paths = items.flatMap((item) =>
    [item.original_image_path, item.saved_image_path, item.cropped_face_path].filter((path) => path !== null),
  );
  expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  const unknown = (await filesOnDisk()).filter((path) => !path.startsWith(join(folder.path, 'blacklist')));
  expect(unknown.sort()).toEqual(paths.sort());
}

/** Checks that nothing is half-made or half-deleted. */
async function checkRecords(): Promise<void> {
  const records = openSqliteRecords(await openDatabase(join(folder.path, 'face-blacklist.sqlite')));
  for (const status of ['PENDING', 'DELETING'] as const) {
    expect(await records.listEntries(status)).toEqual([]);
    expect(await Array.fromAsync(records.listImagesByStatus(status))).toEqual([]);
  }
  await records.close();
}

describe('a server that is killed while it writes', () => {
  it.each(Array.from({ length: rounds }, (_, index) => index + 1))(
    'has all that it acknowledged when it starts again, whole, and nothing else (round %i)',
    async () => {
      await killUnderLoad();
      await restartLater();
      await checkRecords();
      await checkProcessed();
      await checkEntries();
      const shown = new Set((await api.entries()).map(({ name }) => name));
      for (const listing of load.listings) {
        if (shown.has(listing.name)) continue;
        // A person whose listing failed can be listed again under the same name.
        const { id } = await api.list([faces[listing.face] as Buffer], { name: listing.name });
        await api.delete(id);
        listing.deletion = 'done';
      }
    },
  );
});
