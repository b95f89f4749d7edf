import { once } from 'node:events';
import { createServer } from 'node:net';
import { paginateListCollections } from '@aws-sdk/client-rekognition';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    await using own = await startEmulator();
    const { client } = own;
    const made = ['c', 'a', 'b', 'a'.repeat(255), 'd'];
    for (const CollectionId of made) await client.createCollection({ CollectionId });
    const pages: (string[] | undefined)[] = [];
    for await (const page of paginateListCollections({ client, pageSize: 2 }, {})) {
      expect(page.FaceModelVersions).toHaveLength(page.CollectionIds?.length ?? 0);
      pages.push(page.CollectionIds);
    }
    expect(pages.map((page) => page?.length)).toEqual([2, 2, 1]);
    expect(pages.flat().sort()).toEqual(made.sort());
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
  it('keeps collections and faces over a restart', async () => {
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
  });

  it('belongs to one emulator at a time', async () => {
    await using folder = await temporaryFolder();
    const options = { port: 0, dataDir: folder.path, workers: 1 };
    await using _first = await startRekognition(options);
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
