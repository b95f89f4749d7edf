import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { paginateListCollections } from '@aws-sdk/client-rekognition';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddingModels } from '../../../../lib/faces/engine/models/models.ts';
import { startRekognition } from '../../../../local/emulators/rekognition/server.ts';
import { temporaryFolder } from '../../../api/server-process.ts';
import { createClient, sampleBytes, startEmulator } from './emulator.ts';

let emulator: Awaited<ReturnType<typeof startEmulator>>;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator[Symbol.asyncDispose]());

describe('a collection', () => {
  it('is made, described and deleted', async () => {
    const { client } = emulator;
    const CollectionId = 'made.here_1-2';
    expect(await client.createCollection({ CollectionId, Tags: { team: 'door' } })).toMatchObject({
      StatusCode: 200,
      CollectionArn: 'aws:rekognition:eu-west-1:000000000000:collection/made.here_1-2',
      FaceModelVersion: '7.0',
    });
    const described = await client.describeCollection({ CollectionId });
    expect(described).toMatchObject({
      FaceCount: 0,
      UserCount: 0,
      FaceModelVersion: '7.0',
      CollectionARN: 'arn:aws:rekognition:eu-west-1:000000000000:collection/made.here_1-2',
    });
    expect(Math.abs(Date.now() - Number(described.CreationTimestamp))).toBeLessThan(60_000);
    expect(await client.deleteCollection({ CollectionId })).toMatchObject({ StatusCode: 200 });
    await expect(client.describeCollection({ CollectionId })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('is in its region alone, with its faces, users and tags', async () => {
    const here = emulator.client;
    const there = createClient(emulator.server.url, { region: 'us-east-1' });
    const CollectionId = 'in-two-regions';
    const absent = {
      name: 'ResourceNotFoundException',
      message: 'The collection id: in-two-regions does not exist',
    };
    const Image = { Bytes: await sampleBytes(3) };
    await here.createCollection({ CollectionId, Tags: { team: 'door' } });
    const { FaceRecords = [] } = await here.indexFaces({ CollectionId, Image });
    await here.createUser({ CollectionId, UserId: 'jane' });
    await expect(there.describeCollection({ CollectionId })).rejects.toMatchObject(absent);
    await expect(there.listFaces({ CollectionId })).rejects.toMatchObject(absent);
    await expect(there.searchFacesByImage({ CollectionId, Image })).rejects.toMatchObject(absent);
    await expect(there.deleteCollection({ CollectionId })).rejects.toMatchObject(absent);
    expect((await there.listCollections()).CollectionIds).not.toContain(CollectionId);

    await there.createCollection({ CollectionId });
    expect((await there.listFaces({ CollectionId })).Faces).toEqual([]);
    expect((await there.searchFacesByImage({ CollectionId, Image })).FaceMatches).toEqual([]);
    expect((await there.listUsers({ CollectionId })).Users).toEqual([]);
    const { CollectionARN: ResourceArn } = await there.describeCollection({ CollectionId });
    expect(ResourceArn).toBe('arn:aws:rekognition:us-east-1:000000000000:collection/in-two-regions');
    expect((await there.listTagsForResource({ ResourceArn: ResourceArn ?? '' })).Tags).toEqual({});
    const FaceIds = FaceRecords.map(({ Face }) => Face?.FaceId ?? '');
    expect((await there.deleteFaces({ CollectionId, FaceIds })).DeletedFaces).toEqual([]);
    await there.deleteCollection({ CollectionId });

    expect(await here.describeCollection({ CollectionId })).toMatchObject({ FaceCount: 3, UserCount: 1 });
    expect((await here.searchFacesByImage({ CollectionId, Image })).FaceMatches).toHaveLength(1);
    expect((await here.listCollections()).CollectionIds).toContain(CollectionId);
    await here.deleteCollection({ CollectionId });
    there.destroy();
  });

  it('is made once: of two calls at the same moment one is told that it exists', async () => {
    const { client } = emulator;
    const create = () => client.createCollection({ CollectionId: 'twice' });
    const outcomes = await Promise.allSettled([create(), create()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(create()).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
      message: 'The collection id: twice already exists',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it.each(['describeCollection', 'deleteCollection', 'listFaces'] as const)(
    'that does not exist: %s says so',
    async (operation) => {
      await expect(emulator.client[operation]({ CollectionId: 'absent' })).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        message: 'The collection id: absent does not exist',
        $metadata: { httpStatusCode: 400 },
      });
    },
  );

  it.each(['', 'with space', 'slash/', 'é', 'a'.repeat(256)])(
    'can not be called %j',
    async (CollectionId) => {
      await expect(emulator.client.createCollection({ CollectionId })).rejects.toMatchObject({
        name: 'ValidationException',
        message: expect.stringMatching(
          /^\d validation errors? detected: Value '.*' at 'collectionId' failed/,
        ),
      });
    },
  );
});

describe('listing collections', () => {
  it('gives all of them page by page', async () => {
    // Nobody else uses this region.
    const client = createClient(emulator.server.url, { region: 'ap-south-1' });
    const made = ['c', 'a', 'b', 'a'.repeat(255), 'd'];
    for (const CollectionId of made) await client.createCollection({ CollectionId });
    const pages: (string[] | undefined)[] = [];
    for await (const page of paginateListCollections({ client, pageSize: 2 }, {})) {
      expect(page.FaceModelVersions).toHaveLength(page.CollectionIds?.length ?? 0);
      pages.push(page.CollectionIds);
    }
    expect(pages.map((page) => page?.length)).toEqual([2, 2, 1]);
    expect(pages.flat().sort()).toEqual(made.sort());
    client.destroy();
  });

  it('refuses a token that it never gave', async () => {
    await expect(emulator.client.listCollections({ NextToken: 'made-up' })).rejects.toMatchObject({
      name: 'InvalidPaginationTokenException',
    });
  });

  it.each([-1, 4097])('has no page of %i', async (MaxResults) => {
    await expect(emulator.client.listCollections({ MaxResults })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});

describe('the data folder', () => {
  it('keeps collections and faces over a restart, and belongs to one emulator at a time', async () => {
    await using folder = await temporaryFolder();
    const options = { port: 0, dataDir: folder.path, workers: 1 };
    const Image = { Bytes: await sampleBytes(3) };
    const CollectionId = 'kept';
    const first = await startRekognition(options);
    const before = createClient(first.url);
    await before.createCollection({ CollectionId });
    const { CreationTimestamp } = await before.describeCollection({ CollectionId });
    await before.indexFaces({ CollectionId, Image, ExternalImageId: 'one:two' });
    const { Faces } = await before.listFaces({ CollectionId });
    await first.close();

    await using second = await startRekognition(options);
    const after = createClient(second.url);
    expect(await after.describeCollection({ CollectionId })).toMatchObject({
      FaceCount: 3,
      CreationTimestamp,
    });
    expect((await after.listFaces({ CollectionId })).Faces).toEqual(Faces);
    const { FaceMatches } = await after.searchFacesByImage({ CollectionId, Image });
    expect(FaceMatches?.[0]).toMatchObject({ Similarity: 100, Face: Faces?.[0] });
    await expect(startRekognition(options)).rejects.toThrow('Does another emulator use the folder?');
  });
});

it('says why it does not start when the port is taken, and lets the folder go', async () => {
  await using folder = await temporaryFolder();
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  const options = { dataDir: folder.path, workers: 1 };
  await expect(startRekognition({ ...options, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  taken.close();
  await using later = await startRekognition({ ...options, port: 0 });
  expect((await createClient(later.url).listCollections()).CollectionIds).toEqual([]);
});

it('a collection that an earlier version made, without a region, is in every region until it is deleted', async () => {
  await using folder = await temporaryFolder();
  {
    using before = new DatabaseSync(join(folder.path, 'rekognition.sqlite'), {
      enableForeignKeyConstraints: false,
    });
    before.exec(await readFile(join(import.meta.dirname, 'version-1.sql'), 'utf8'));
    // A whole embedding, such as that version wrote.
    before
      .prepare('UPDATE face SET embedding = ?')
      .run(new Uint8Array(new Float32Array(embeddingModels.MobileFaceNet.dimensions).fill(0.05).buffer));
  }
  await using server = await startRekognition({ port: 0, dataDir: folder.path, workers: 1 });
  const regions = ['eu-west-1', 'us-east-1'].map((region) => createClient(server.url, { region }));
  const [here, there] = regions as [(typeof regions)[0], (typeof regions)[0]];
  for (const client of regions) {
    expect((await client.listCollections()).CollectionIds).toEqual(['second', 'third']);
    expect((await client.listFaces({ CollectionId: 'second' })).Faces).toMatchObject([
      { ExternalImageId: '1:a' },
    ]);
    await expect(client.createCollection({ CollectionId: 'second' })).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
  }
  await here.deleteCollection({ CollectionId: 'second' });
  await here.createCollection({ CollectionId: 'second' });
  expect((await here.listCollections()).CollectionIds).toEqual(['third', 'second']);
  expect((await there.listCollections()).CollectionIds).toEqual(['third']);
  for (const client of regions) client.destroy();
});
