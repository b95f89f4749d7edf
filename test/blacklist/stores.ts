import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import pLimit from 'p-limit';
import { ProcessImagesRequest } from '../../lib/contract/process-images.ts';
import { BackendUnavailableError } from '../../lib/errors.ts';
import { openHuman } from '../../lib/faces/human/human.ts';
import { openFileSystemImages } from '../../lib/images/filesystem.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { createInputReader } from '../../lib/inputs/read.ts';
import type { Ports } from '../../lib/ports.ts';
import { processImages } from '../../lib/processing/process-images.ts';
import { openDatabase } from '../../lib/records/database.ts';
import { openSqliteRecords } from '../../lib/records/sqlite.ts';
import { cropFace, leftToRight, sample } from '../api/pictures.ts';

/** The real adapters on a folder of the tests, and ways to make one of their steps go wrong. */

export interface OpenedStores extends AsyncDisposable {
  readonly ports: Ports;
  readonly database: DatabaseSync;
}

const maxImageBytes = 15 * 1024 * 1024;

/** Where the image store keeps its pictures in a folder. */
export function imageFolders(folder: string) {
  return {
    blacklist: join(folder, 'blacklist'),
    processed: join(folder, 'processed'),
    cropped: join(folder, 'cropped'),
  };
}

export async function openStores(folder: string): Promise<OpenedStores> {
  const database = openDatabase(join(folder, 'face-blacklist.sqlite'));
  const records = openSqliteRecords(database);
  const faces = await openHuman(database, {
    modelName: 'MobileFaceNet',
    distanceMetric: 'cosine',
    detectionConfidenceThreshold: 0.4,
    maxImageBytes,
    workers: 1,
  });
  const close = async () => {
    await faces.close();
    await records.close();
  };
  const ports: Ports = {
    faces,
    records,
    images: openFileSystemImages(imageFolders(folder)),
    inputs: createInputReader({ imageRoot: folder, maxImageBytes }),
    pictureSlots: pLimit(2),
    runtime: '',
    close,
  };
  return { ports, database, [Symbol.asyncDispose]: close };
}

/** Two pictures of one face each: the listed woman, and somebody else. */
export async function facesAlone({ faces }: Ports): Promise<{ listed: Buffer; other: Buffer }> {
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

/** All that an adapter lists. */
export async function listed<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Everything about listed people that is in the stores, shown or not. */
export async function contents({ records, images, faces }: Ports) {
  const entries = await Promise.all(
    (['PENDING', 'ACTIVE', 'DELETING'] as const).map((status) => records.listEntries(status)),
  );
  const recorded = await Promise.all(entries.flat().map(({ id }) => records.listImages(id)));
  return {
    entries: entries.flat().map(({ name, status, imageCount }) => ({ name, status, imageCount })),
    images: recorded.flat().map(({ status }) => status),
    pictures: (await listed(images.list('blacklist/'))).length,
    faces: (await listed(faces.listOwners())).length,
  };
}

/** When the stores hold nobody. */
export const nothing = { entries: [], images: [], pictures: 0, faces: 0 };

/** The stores with these people, each with so many images, complete in every one of them. */
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

/** The names that a picture of one face is matched with. */
export async function matchedNames(ports: Ports, picture: Uint8Array): Promise<string[]> {
  const settings = { drawBoundingBoxes: false, croppedFacePaddingRatio: 0 };
  const request = ProcessImagesRequest.parse({ images: [Buffer.from(picture).toString('base64')] });
  const [result] = await processImages(ports, settings, request);
  return (result?.faces ?? []).flatMap(({ blacklist_matches }) =>
    blacklist_matches.map(({ entry }) => entry.name),
  );
}

/** A step of a use case: a port's method, and which of its calls. */
export interface Step {
  readonly port: 'records' | 'images' | 'faces';
  readonly method: string;
  readonly when: 'before' | 'after';
  /** 1 is the first. */
  readonly call: number;
}

/** Steps in words: `records.createImage`, at both sides of its first call; with `2` behind it, of its second. */
export function steps(...names: string[]): [name: string, step: Step][] {
  return names.flatMap((name) =>
    (['before', 'after'] as const).map((when): [string, Step] => {
      const [, port, method = '', call] = /^(\w+)\.(\w+)(?: (\d))?$/.exec(name) ?? [];
      return [`${when} ${name}`, { port: port as Step['port'], method, when, call: Number(call ?? 1) }];
    }),
  );
}

/** The ports, with something that happens at one step, before or after it is done. */
export function interrupted(ports: Ports, step: Step, happens: () => Promise<void>): Ports {
  let calls = 0;
  const isNow = (name: string | symbol) => name === step.method && ++calls === step.call;
  const port = new Proxy(ports[step.port], {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...options: unknown[]) => {
        if (!isNow(name)) return value.apply(target, options);
        if (name === 'list') return listInterrupted(() => value.apply(target, options), step, happens);
        const work = async () => value.apply(target, options);
        return step.when === 'before'
          ? happens().then(work)
          : work().then((result) => happens().then(() => result));
      };
    },
  });
  return { ...ports, [step.port]: port };
}

async function* listInterrupted(
  list: () => AsyncIterable<unknown>,
  { when }: Step,
  happens: () => Promise<void>,
) {
  if (when === 'before') await happens();
  yield* list();
  if (when === 'after') await happens();
}

/** What clients are told of `failing` ports. */
export const down = new BackendUnavailableError('The store is down.', 5);

/** The ports, of which one step fails once: before it does anything, or after it was done. */
export function failing(ports: Ports, step: Step): Ports {
  return interrupted(ports, step, () => Promise.reject(down));
}
