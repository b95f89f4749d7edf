import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { sweep } from '../../lib/blacklist/sweep.ts';
import { ProcessImagesRequest } from '../../lib/contract/endpoints/process-images.ts';
import { openFileSystemImages } from '../../lib/images/filesystem.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { createInputReader } from '../../lib/inputs/read.ts';
import type { Ports, Stores } from '../../lib/ports.ts';
import { processImages } from '../../lib/processing/process-images.ts';
import { openDatabase } from '../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../lib/records/sqlite/records.ts';
import { cropFace, leftToRight, sample } from '../api/pictures.ts';
import { temporaryFolder } from '../api/server-process.ts';
import { FakeFaces, FakeGallery } from '../fakes/faces.ts';
import { portraitOf } from '../fakes/pictures.ts';
import { defaultSettings } from '../fakes/settings.ts';
import { everything, slots } from './slots.ts';

export { everything, slots };

/** Adapters on a folder for tests, and ways to look into them. All of them are real except the engine. */

export interface OpenedStores {
  readonly ports: Ports;
  readonly database: DatabaseSync;
  close(): Promise<void>;
}

const maxImageBytes = 15 * 1024 * 1024;

/** Gives the folders in which the image store keeps its pictures. */
export function imageFolders(folder: string) {
  return {
    blacklist: join(folder, 'blacklist'),
    processed: join(folder, 'processed'),
    cropped: join(folder, 'cropped'),
  };
}

/** Opens the adapters of one machine, with a fake engine. Several may be open on the same folder. */
export async function openStores(folder: string, gallery: FakeGallery): Promise<OpenedStores> {
  const database = await openDatabase(join(folder, 'face-blacklist.sqlite'));
  const records = openSqliteRecords(database);
  const faces = new FakeFaces(gallery);
  const ports = {
    faces,
    records,
    images: openFileSystemImages(imageFolders(folder)),
    inputs: createInputReader({ imageRoot: folder, uploadsFolder: join(folder, 'uploads'), maxImageBytes }),
    pictureSlots: slots(2),
  };
  return {
    ports,
    database,
    async close() {
      await faces.close();
      await records.close();
    },
  };
}

/**
 * Removes everybody from the stores, and everything unfinished or left behind. The erasures are settled, as
 * after some minutes: every sweep looks at those that are not.
 */
export async function clear(ports: Ports): Promise<void> {
  await unlistAll(ports);
  await sweep(ports, everything());
  await settleAll(ports);
}

/** Empties stores that hold nothing but complete entries: it takes a fraction of the time of `clear`. */
export async function empty(ports: Ports): Promise<void> {
  await unlistAll(ports);
  await settleAll(ports);
}

async function unlistAll(ports: Ports): Promise<void> {
  for (const { id } of await ports.records.listEntries('ACTIVE')) await deleteEntry(ports, id);
}

async function settleAll({ records }: Ports): Promise<void> {
  for (const { entryId } of await records.unsettledErasures()) await records.settleErasure(entryId);
}

/** Stores of one test file. */
export class UsedStores {
  folder = '';
  readonly gallery = new FakeGallery();
  #opened: OpenedStores | undefined;
  #pictures: Readonly<Record<'listed' | 'listedLater' | 'other', Buffer>> | undefined;

  get ports(): Ports {
    return this.#stores.ports;
  }

  get database(): DatabaseSync {
    return this.#stores.database;
  }

  /** Gives pictures of one face each: two of the listed woman, and one of somebody else. */
  get pictures() {
    if (!this.#pictures) throw new Error('The stores are not open yet.');
    return this.#pictures;
  }

  async open(folder: string): Promise<void> {
    this.folder = folder;
    this.#opened = await openStores(folder, this.gallery);
    this.#pictures ??= {
      listed: await portraitOf('listed'),
      listedLater: await portraitOf('listedLater'),
      other: await portraitOf('other'),
    };
  }

  async close(): Promise<void> {
    await this.#opened?.close();
  }

  get #stores(): OpenedStores {
    if (!this.#opened) throw new Error('The stores are not open yet.');
    return this.#opened;
  }
}

/** Opens stores for the tests of a file, in a folder of their own. Empties them after each test. */
export function useStores(): UsedStores {
  const used = new UsedStores();
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
    await used.open(folder.path);
  });
  afterAll(async () => {
    await used.close();
    await folder.remove();
  });
  afterEach(() => clear(used.ports));
  return used;
}

/** Makes two pictures of one face each: the listed woman, and somebody else. */
export async function facesAlone({
  faces,
}: Pick<Ports, 'faces'>): Promise<{ listed: Buffer; other: Buffer }> {
  const group = await sample(3);
  const areas = (await faces.detect(await decodePicture(group), {})).map(({ area }) => area);
  const [other, listed] = await Promise.all(
    leftToRight(areas)
      .slice(0, 2)
      .map((area) => cropFace(group, area)),
  );
  if (!listed || !other) throw new Error('The sample picture does not show the faces that it should.');
  return { listed, other };
}

/** Reads everything about listed people that is in the stores, shown or not. */
export async function contents({ records, images, faces }: Stores) {
  const entries = await Promise.all(
    (['PENDING', 'ACTIVE', 'DELETING'] as const).map((status) => records.listEntries(status)),
  );
  const recorded = await Promise.all(entries.flat().map(({ id }) => records.listImages(id)));
  return {
    entries: entries.flat().map(({ name, status, imageCount }) => ({ name, status, imageCount })),
    images: recorded.flat().map(({ status }) => status),
    pictures: (await Array.fromAsync(images.list('blacklist/'))).length,
    faces: (await Array.fromAsync(faces.listFaces())).length,
  };
}

/** Contents of stores that list nobody. */
export const nothing = { entries: [], images: [], pictures: 0, faces: 0 };

/**
 * Gives the contents of stores that list these people, each with this many images, complete in every store.
 */
export function complete(people: Readonly<Record<string, number>>) {
  const imageCounts = Object.values(people);
  const total = imageCounts.reduce((sum, count) => sum + count, 0);
  return {
    entries: Object.entries(people).map(([name, imageCount]) => ({ name, status: 'ACTIVE', imageCount })),
    images: Array(total).fill('ACTIVE'),
    pictures: total,
    faces: total,
  };
}

/** Lists the names that a picture of one face is matched with. It keeps nothing of the picture. */
export async function matchedNames(ports: Ports, picture: Uint8Array): Promise<string[]> {
  const settings = { ...defaultSettings, drawBoundingBoxes: false };
  const images = [Buffer.from(picture).toString('base64')];
  const request = ProcessImagesRequest.parse({ images, keep: 'none' });
  const [result] = await processImages(ports, settings, request);
  return (result?.faces ?? []).flatMap(({ blacklist_matches }) =>
    blacklist_matches.map(({ entry }) => entry.name),
  );
}
