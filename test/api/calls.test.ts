import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { DeleteCollectionCommand, RekognitionClient } from '@aws-sdk/client-rekognition';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { addImages } from '../../lib/blacklist/add-images.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { getEntry } from '../../lib/blacklist/get-entry.ts';
import { listEntries } from '../../lib/blacklist/list-entries.ts';
import { mergeEntries } from '../../lib/blacklist/merge-entries.ts';
import { reindex } from '../../lib/blacklist/reindex.ts';
import { updateEntry } from '../../lib/blacklist/update-entry.ts';
import { parseConfig } from '../../lib/config.ts';
import { DetectFacesRequest } from '../../lib/contract/endpoints/detect-faces.ts';
import { ProcessImagesRequest } from '../../lib/contract/endpoints/process-images.ts';
import { VerifyRequest } from '../../lib/contract/endpoints/verify.ts';
import { VerifyEntryRequest } from '../../lib/contract/endpoints/verify-entry.ts';
import { BackendUnavailableError } from '../../lib/errors.ts';
import { detectFaces } from '../../lib/processing/detect-faces.ts';
import { listProcessed } from '../../lib/processing/list-processed.ts';
import { refuseLostGallery } from '../../lib/processing/lost-gallery.ts';
import { processImages } from '../../lib/processing/process-images.ts';
import { verify } from '../../lib/processing/verify.ts';
import { verifyEntry } from '../../lib/processing/verify-entry.ts';
import { requireHealth } from '../../lib/service/health.ts';
import { statusOf } from '../../lib/service/status.ts';
import { type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import { type Cloud, startCloud } from '../../local/emulators/cloud.ts';
import { failing, stepBefore } from '../blacklist/steps.ts';
import { defaultSettings } from '../fakes/settings.ts';
import { tableForCloud } from '../service.ts';
import { cropFace, encodedAgain, leftToRight, pictureOfNothing, sample } from './pictures.ts';

/** Calls of each operation to each service of AWS. They set its costs, and the least time that it takes. */

let cloud: Cloud;
let opened: OpenedPorts;
let alone: Buffer;
let neighbour: Buffer;
let group: Buffer;

beforeAll(async () => {
  cloud = await startCloud(await tableForCloud());
  Object.assign(process.env, cloud.environment);
  const config = parseConfig({ ...cloud.environment, REKOGNITION_TPS: '1000' });
  opened = await ports(config);
  group = await sample(1, 640);
  const found = await findFaces(group);
  const [area, next] = leftToRight(found.map(({ facial_area }) => facial_area));
  if (!area || !next) throw new Error('The sample picture does not show the faces that it should.');
  alone = await cropFace(group, area);
  neighbour = await cropFace(group, next);
  // The first enrolled face makes the collection.
  await createEntry(opened, { name: 'First', reason: null }, [{ fileName: 'a.jpg', bytes: alone }]);
});
afterAll(async () => {
  await opened.close();
  await cloud[Symbol.asyncDispose]();
});

/** Names the operation of a request: an operation of AWS, or S3's method. */
function operationOf(request: ClientRequest): string {
  const target = request.getHeader('x-amz-target');
  if (typeof target === 'string') return target.split('.').at(-1) ?? '';
  return `S3 ${request.method}`;
}

/** Counts the requests that the work sends, by their operations. */
async function callsOf(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const operations: string[] = [];
  const known = new Set<string>();
  const count = (message: unknown) => {
    const { request } = message as { request: ClientRequest };
    // The gates in front of the services pass each request on, and the SDK repeats what a connection lost.
    const call = String(request.getHeader('amz-sdk-invocation-id'));
    if (known.has(call)) return;
    known.add(call);
    operations.push(operationOf(request));
  };
  subscribe('http.client.request.start', count);
  // On a slow machine, a listing would renew its claim on the entry meanwhile.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    await work();
  } finally {
    vi.useRealTimers();
    unsubscribe('http.client.request.start', count);
  }
  const groups = Map.groupBy(operations.sort(), (name) => name);
  return Object.fromEntries([...groups].map(([name, all]) => [name, all.length]));
}

const findFaces = (picture: Buffer) =>
  detectFaces(opened, DetectFacesRequest.parse({ image: picture.toString('base64') }));
/** Makes pictures of the same face, each with other bytes. */
const files = (count: number, bytes = alone, first = 0) =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const place = first + index;
      return {
        fileName: `${place}.jpg`,
        bytes: place === 0 ? bytes : await encodedAgain(bytes, 80 + place),
      };
    }),
  );
const processOne = (picture: Buffer, candidates = 0) =>
  processImages(
    opened,
    defaultSettings,
    ProcessImagesRequest.parse({ images: [picture.toString('base64')], candidates }),
  );
const verifyTwo = (one: Buffer, other: Buffer) =>
  verify(opened, VerifyRequest.parse({ image1: one.toString('base64'), image2: other.toString('base64') }));
const verifyWith = (entryId: number, picture: Buffer) =>
  verifyEntry(opened, entryId, VerifyEntryRequest.parse({ image: picture.toString('base64') }));

/**
 * The table in docs/aws.md. An operation that gives a name also looks for similar names, by a query and a
 * read of what it finds.
 */
const expected: Record<string, Record<string, number>> = {
  'list a person, 1 picture': {
    IndexFaces: 1,
    SearchFaces: 1,
    'S3 PUT': 1,
    Query: 1,
    BatchGetItem: 4,
    UpdateItem: 1,
    TransactWriteItems: 4,
  },
  // The entries and pictures of people who look similar are read too.
  'list somebody who looks like others, 1 picture': {
    IndexFaces: 1,
    SearchFaces: 1,
    'S3 PUT': 1,
    Query: 1,
    BatchGetItem: 6,
    UpdateItem: 1,
    TransactWriteItems: 4,
  },
  'add 1 picture': {
    IndexFaces: 1,
    SearchFaces: 1,
    'S3 PUT': 1,
    // The entry's pictures are listed: before, just before the picture is shown, and after.
    BatchGetItem: 6,
    Query: 3,
    TransactWriteItems: 2,
  },
  'get an entry': { BatchGetItem: 1 },
  'get all entries': { Query: 1 },
  'change an entry': { Query: 1, BatchGetItem: 2, TransactWriteItems: 1 },
  'process, nobody': {
    DetectFaces: 1,
    SearchFacesByImage: 1,
    'S3 PUT': 1,
    BatchGetItem: 1,
    TransactWriteItems: 1,
  },
  // There is a query for each entry that was found.
  'process, 1 face': {
    DetectFaces: 1,
    SearchFacesByImage: 1,
    'S3 PUT': 3,
    BatchGetItem: 2,
    Query: 3,
    TransactWriteItems: 1,
  },
  'process, 3 faces': {
    DetectFaces: 1,
    SearchFacesByImage: 3,
    'S3 PUT': 3,
    BatchGetItem: 2,
    Query: 4,
    TransactWriteItems: 1,
  },
  'process, 3 faces, with near misses': {
    DetectFaces: 1,
    SearchFacesByImage: 3,
    'S3 PUT': 3,
    BatchGetItem: 2,
    Query: 4,
    TransactWriteItems: 1,
  },
  'detect, 3 faces': { DetectFaces: 1 },
  'compare two pictures': { DetectFaces: 1, CompareFaces: 1 },
  'compare with an entry, 10 pictures': {
    DetectFaces: 1,
    SearchFacesByImage: 1,
    BatchGetItem: 4,
    Query: 1,
  },
  // With the reviews of its pictures.
  'get a page': { Query: 3, BatchGetItem: 1 },
  'health, for the first time in an hour': {
    DetectFaces: 1,
    DescribeCollection: 2,
    'S3 HEAD': 1,
    BatchGetItem: 1,
  },
  health: { DescribeCollection: 2, 'S3 HEAD': 1, BatchGetItem: 1 },
  status: { DescribeCollection: 2, 'S3 HEAD': 1, BatchGetItem: 4, Query: 6 },
  'delete an entry, 10 pictures': {
    DeleteFaces: 1,
    // Faces may be left of a look-back that was turned off.
    DescribeCollection: 1,
    // One of two for each picture looks for its smaller ones.
    'S3 GET': 22,
    'S3 DELETE': 19,
    BatchGetItem: 21,
    Query: 14,
    TransactWriteItems: 8,
  },
};

it('an operation calls each service so often, and no more', async () => {
  let id = 0;
  const { id: idOfTen } = await createEntry(opened, { name: 'Ten pictures', reason: null }, await files(10));
  const more = await files(1, neighbour, 1);
  const operations: Record<string, () => Promise<unknown>> = {
    'list a person, 1 picture': async () => {
      ({ id } = await createEntry(opened, { name: 'Jane', reason: null }, await files(1, neighbour)));
    },
    'list somebody who looks like others, 1 picture': async () =>
      createEntry(opened, { name: 'John', reason: null }, await files(1)),
    'add 1 picture': () => addImages(opened, id, more),
    'get an entry': () => getEntry(opened, id),
    'get all entries': () => listEntries(opened, { sort: 'id', offset: 0 }),
    'change an entry': () => updateEntry(opened, id, { name: 'Jane Roe', reason: null }),
    'process, nobody': async () => processOne(await pictureOfNothing()),
    'process, 1 face': () => processOne(alone),
    'process, 3 faces': () => processOne(group),
    'process, 3 faces, with near misses': () => processOne(group, 10),
    'detect, 3 faces': () => findFaces(group),
    'compare two pictures': () => verifyTwo(alone, group),
    'compare with an entry, 10 pictures': () => verifyWith(idOfTen, neighbour),
    'get a page': () => listProcessed(opened, { limit: 20, offset: 0 }),
    'health, for the first time in an hour': () => requireHealth(opened),
    health: () => requireHealth(opened),
    status: () => statusOf({ ...opened, webhooks: null }, parseConfig(cloud.environment), 'gateway'),
    'delete an entry, 10 pictures': () => deleteEntry(opened, idOfTen),
  };
  const table: Record<string, Record<string, number>> = {};
  for (const [name, work] of Object.entries(operations)) table[name] = await callsOf(work);
  expect(table).toEqual(expected);
});

it('a merge enrolls the pictures that one entry lacks, and compares nothing but for its preview', async () => {
  const { id: into } = await createEntry(opened, { name: 'One', reason: null }, await files(1, neighbour));
  const { id: from } = await createEntry(opened, { name: 'The same', reason: null }, [
    ...(await files(1, neighbour)),
    ...(await files(1)),
  ]);
  const merge = (dry_run: boolean) => mergeEntries(opened, into, { entry_id: from, dry_run });
  const looked = await callsOf(() => merge(true));
  expect(looked).toMatchObject({ DetectFaces: 1, SearchFacesByImage: 1 });
  for (const change of ['IndexFaces', 'TransactWriteItems', 'S3 PUT'])
    expect(looked).not.toHaveProperty(change);
  const made = await callsOf(() => merge(false));
  expect(made).toMatchObject({ IndexFaces: 1, DeleteFaces: 1, 'S3 PUT': 1 });
  for (const look of ['DetectFaces', 'SearchFaces', 'SearchFacesByImage'])
    expect(made).not.toHaveProperty(look);
  await deleteEntry(opened, into);
});

it('what failed is taken back with one call to Rekognition, however many pictures it had', async () => {
  const { id } = await createEntry(opened, { name: 'Only one', reason: null }, await files(1, neighbour));
  const broken = failing(opened, stepBefore('images.put 9'));
  const more = await files(9, neighbour, 1);
  const calls = await callsOf(() => addImages(broken, id, more).catch(() => undefined));
  expect(calls).toMatchObject({ IndexFaces: 8, DeleteFaces: 1 });
  expect(await getEntry(opened, id)).toMatchObject({ image_count: 1 });
});

it('nobody is said not to be listed while the gallery of faces is lost', async () => {
  const { AWS_REKOGNITION_COLLECTION_ID } = cloud.environment;
  const client = new RekognitionClient({});
  await client.send(new DeleteCollectionCommand({ CollectionId: AWS_REKOGNITION_COLLECTION_ID }));
  await expect(processOne(alone)).rejects.toThrow(BackendUnavailableError);
  const [first] = await opened.records.listEntries('ACTIVE');
  await expect(verifyWith(first?.id ?? 0, alone)).rejects.toThrow('npm run reindex');
  await expect(refuseLostGallery(opened)).rejects.toThrow('npm run reindex');

  await reindex(opened, () => {});
  const [result] = await processOne(alone);
  expect(result?.has_blacklist_match).toBe(true);
  expect((await verifyWith(first?.id ?? 0, alone)).verified).toBe(true);
});
