import { IndexFacesCommand, ListFacesCommand, RekognitionClient } from '@aws-sdk/client-rekognition';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { handler } from '../../functions/sweep.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { sweep } from '../../lib/blacklist/sweep.ts';
import { ConfigError, parseConfig } from '../../lib/config.ts';
import { bucketOwnerKey } from '../../lib/images/key.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { createS3Client } from '../../lib/s3.ts';
import { statusOf } from '../../lib/service/status.ts';
import { claimedStores, images, type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import { createTable } from '../../local/emulators/dynamodb-table.ts';
import type { Settings } from '../api/server-process.ts';
import { aws } from './deployments.ts';
import { interrupted, stepAfter } from './steps.ts';
import { clear, complete, contents, everything, facesAlone, matchedNames } from './stores.ts';

let cloud: Awaited<ReturnType<typeof aws>>;
let opened: OpenedPorts;
let portraits: Awaited<ReturnType<typeof facesAlone>>;
let rekognition: RekognitionClient;
const region = 'us-east-1';

beforeAll(async () => {
  cloud = await aws(3);
  opened = await ports(parseConfig(cloud.settings));
  portraits = await facesAlone(opened);
  rekognition = new RekognitionClient({ region });
});
afterAll(async () => {
  rekognition.destroy();
  await opened.close();
  await cloud[Symbol.asyncDispose]();
});
afterEach(() => clear(opened));

const collection = () => cloud.settings.AWS_REKOGNITION_COLLECTION_ID;

const list = async (name: string, bytes: Buffer) => {
  const { id } = await createEntry(opened, { name, reason: null }, [{ fileName: 'a.jpg', bytes }]);
  const [image] = await opened.records.listImages(id);
  if (!image?.face) throw new Error('The entry has no face.');
  return { entryId: id, imageId: image.id, faceId: image.face.id };
};

const enroll = async (bytes: Buffer, owner: { entryId: number; imageId: string }) =>
  (await opened.faces.enroll(await decodePicture(bytes), owner)).face.id;

const faceIds = async () => (await Array.fromAsync(opened.faces.listFaces())).map(({ faceId }) => faceId);

describe('the sweep of AWS', () => {
  it('removes a face whose name was never recorded', async () => {
    await list('Jane Roe', portraits.listed);
    await enroll(portraits.other, { entryId: 99, imageId: 'unknown' });
    expect(await matchedNames(opened, portraits.other)).toEqual([]);
    expect(await sweep(opened, new Date(0))).toMatchObject({ orphansRemoved: 1, reEnrolled: 0 });
    expect(await contents(opened)).toEqual(complete({ 'Jane Roe': 1 }));
  });

  it('removes a second face of an image, and keeps the one that its record names', async () => {
    const { faceId, ...owner } = await list('Jane Roe', portraits.listed);
    const second = await enroll(portraits.other, owner);
    expect(await faceIds()).toEqual(expect.arrayContaining([faceId, second]));
    expect(await sweep(opened, everything())).toMatchObject({ orphansRemoved: 1, reEnrolled: 0 });
    expect(await faceIds()).toEqual([faceId]);
    expect(await matchedNames(opened, portraits.listed)).toEqual(['Jane Roe']);
  });

  it('names the face anew where the one that the record names is lost', async () => {
    const { faceId, ...owner } = await list('Jane Roe', portraits.listed);
    await opened.faces.remove([{ ...owner, faceId }]);
    // This is the state after an earlier sweep was killed before it recorded the new name.
    const unrecorded = await enroll(portraits.listed, owner);
    expect(await sweep(opened, everything())).toMatchObject({ orphansRemoved: 0, reEnrolled: 1 });
    expect(await sweep(opened, everything())).toMatchObject({ orphansRemoved: 0, reEnrolled: 0 });
    expect(await faceIds()).toEqual([unrecorded]);
    const [image] = await opened.records.listImages(owner.entryId);
    expect(image?.face?.id).toBe(unrecorded);
    expect(await matchedNames(opened, portraits.listed)).toEqual(['Jane Roe']);
  });

  it('leaves a face that is just being enrolled', async () => {
    const sweeping = async () => {
      expect(await sweep(opened, new Date(0))).toMatchObject({
        undone: 0,
        orphansRemoved: 0,
      });
    };
    const files = [{ fileName: 'a.jpg', bytes: portraits.listed }];
    for (const call of ['images.put', 'faces.enroll', 'records.activateImage']) {
      const stores = interrupted(opened, stepAfter(call), sweeping);
      await createEntry(stores, { name: call, reason: null }, files);
    }
    const names = ['images.put', 'faces.enroll', 'records.activateImage'];
    expect(await contents(opened)).toEqual(complete(Object.fromEntries(names.map((name) => [name, 1]))));
    expect((await matchedNames(opened, portraits.listed)).toSorted()).toEqual(names.toSorted());
  });

  it('leaves faces that somebody else put into the collection', async () => {
    await list('Jane Roe', portraits.listed);
    const indexing = new IndexFacesCommand({
      CollectionId: collection(),
      ExternalImageId: 'somebody',
      Image: { Bytes: portraits.other },
    });
    const { FaceRecords } = await rekognition.send(indexing);
    expect(await sweep(opened, everything())).toMatchObject({ orphansRemoved: 0, failed: 0 });
    const { Faces } = await rekognition.send(new ListFacesCommand({ CollectionId: collection() }));
    expect(Faces?.map(({ FaceId }) => FaceId)).toContain(FaceRecords?.[0]?.Face?.FaceId);
    expect(await faceIds()).toHaveLength(1);
  });

  it('goes on past calls that are throttled, for they are made again', async () => {
    for (const name of ['One', 'Two', 'Three']) await list(name, portraits.listed);
    for await (const face of opened.faces.listFaces()) await opened.faces.remove([face]);
    const { faults } = cloud.cloud.rekognition;
    faults.set([{ kind: 'throttle', every: 2 }]);
    expect(await sweep(opened, everything())).toMatchObject({ reEnrolled: 3, failed: 0 });
    expect(faults.list()[0]?.strikes).toBeGreaterThanOrEqual(2);
    faults.set([]);
    expect(await matchedNames(opened, portraits.listed)).toHaveLength(3);
  });
});

/** Gives the settings of a deployment with a table of its own. */
const otherTable = async (): Promise<Settings> => {
  const tableName = `other-${crypto.randomUUID()}`;
  const endpoint = cloud.settings.AWS_ENDPOINT_URL_DYNAMODB ?? '';
  await createTable({ region, tableName, endpoint, hasStream: false });
  return { ...cloud.settings, DYNAMODB_TABLE_NAME: tableName };
};
const newBucket = async () => {
  const bucket = `bucket-${crypto.randomUUID()}`;
  await cloud.cloud.s3.createBucket(bucket);
  return bucket;
};

describe('a bucket', () => {
  it('belongs to the records that were the first to claim it, and is swept by no others', async () => {
    await list('Jane Roe', portraits.listed);
    const other = parseConfig(await otherTable());
    await expect(claimedStores(other)).rejects.toThrow(ConfigError);
    await expect(ports(other)).rejects.toThrow(/bucket face-blacklist .*another table/);
    expect(await contents(opened)).toEqual(complete({ 'Jane Roe': 1 }));
    const again = await ports(parseConfig(cloud.settings));
    expect(await contents(again)).toEqual(complete({ 'Jane Roe': 1 }));
    await again.close();
  });

  it('of nobody is claimed when it is empty, also by several processes at once', async () => {
    const settings = { ...(await otherTable()), AWS_S3_BUCKET_NAME: await newBucket() };
    await Promise.all([1, 2, 3].map(() => claimedStores(parseConfig(settings))));
    const owner = new GetObjectCommand({ Bucket: settings.AWS_S3_BUCKET_NAME, Key: bucketOwnerKey });
    const client = createS3Client(region);
    const { Body } = await client.send(owner);
    expect(await Body?.transformToString()).toMatch(/^[0-9a-f-]{32,36}$/);
    client.destroy();
  });

  it('of nobody is claimed when its pictures are known, and refused when they are strange', async () => {
    const settings = { ...cloud.settings, AWS_S3_BUCKET_NAME: await newBucket() };
    const { imageId, entryId } = await list('Jane Roe', portraits.listed);
    const bucket = await images(parseConfig(settings));
    await bucket.put('blacklist/7/strange.jpg', portraits.other, 'image/jpeg');
    await expect(claimedStores(parseConfig(settings))).rejects.toThrow(ConfigError);
    await bucket.put(`blacklist/${entryId}/${imageId}.jpg`, portraits.listed, 'image/jpeg');
    await expect(claimedStores(parseConfig(settings))).resolves.toBeDefined();
  });

  it('is claimed for records in SQLite as well', async () => {
    const settings = { ...cloud.settings, DYNAMODB_TABLE_NAME: '', AWS_S3_BUCKET_NAME: await newBucket() };
    const one = await ports(parseConfig(settings));
    await one.close();
    const again = await ports(parseConfig(settings));
    await again.close();
    const elsewhere = parseConfig({ ...settings, DATA_DIR: `${cloud.folder}/elsewhere` });
    await expect(ports(elsewhere)).rejects.toThrow(ConfigError);
  });
});

describe('the scheduled function', () => {
  const context = (milliseconds: number) => ({ getRemainingTimeInMillis: () => milliseconds });

  it('sweeps, and tells what it did', async () => {
    await list('Jane Roe', portraits.listed);
    await enroll(portraits.other, { entryId: 99, imageId: 'unknown' });
    // Who has expired stays for EXPIRED_DAYS, seven days.
    for (const [name, days] of [
      ['Gone', 7.1],
      ['Not yet', 6.9],
    ] as const) {
      const expiresAt = new Date(Date.now() - days * 24 * 60 * 60_000).toISOString();
      const carried = { addedDate: '2026-01-31T12:00:00.000Z' };
      const entry = await opened.records.createEntry({ name, reason: null, expiresAt, carried });
      await opened.records.activateEntry(entry.id);
    }
    expect(await handler({ task: 'compare' }, context(900_000))).toMatchObject({
      orphansRemoved: 1,
      expiredErased: 1,
      failed: 0,
      isComplete: true,
    });
    expect(await contents(opened)).toEqual(complete({ 'Jane Roe': 1, 'Not yet': 0 }));
  });

  it('stops before its own time is up', async () => {
    await list('Jane Roe', portraits.listed);
    await enroll(portraits.other, { entryId: 99, imageId: 'unknown' });
    expect(await handler({ task: 'compare' }, context(1000))).toMatchObject({
      orphansRemoved: 0,
      isComplete: false,
    });
    expect(await handler({ task: 'compare' }, context(900_000))).toMatchObject({
      orphansRemoved: 1,
      isComplete: true,
    });
    expect(await contents(opened)).toEqual(complete({ 'Jane Roe': 1 }));
  });

  it('removes no face of the collection that a redeployed stack found again, until somebody says so', async () => {
    const { faceId } = await list('Jane Roe', portraits.listed);
    const again = parseConfig({ ...(await otherTable()), AWS_S3_BUCKET_NAME: await newBucket() });
    const redeployed = { ...(await claimedStores(again)), pictureSlots: opened.pictureSlots };
    expect(await sweep(redeployed, everything())).toMatchObject({
      orphansRemoved: 0,
      failed: 1,
      failures: [expect.stringMatching(/hold 1 face that no record knows.*removeUnknown/)],
    });
    expect(await faceIds()).toEqual([faceId]);
    const { warnings } = await statusOf({ ...redeployed, webhooks: null }, again, 'gateway');
    expect(warnings).toEqual([expect.stringMatching(/hold 1 face that no record knows/)]);
    expect(await matchedNames(opened, portraits.listed)).toEqual(['Jane Roe']);
    const decided = sweep(redeployed, everything(), undefined, undefined, true);
    expect(await decided).toMatchObject({ orphansRemoved: 1, failed: 0 });
    expect(await faceIds()).toEqual([]);
  });
});
