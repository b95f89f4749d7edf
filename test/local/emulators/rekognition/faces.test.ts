import { paginateListFaces, type Rekognition } from '@aws-sdk/client-rekognition';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Picture } from '../../../../lib/inputs/picture.ts';
import { smallSample } from '../../../faces/samples.ts';
import { nobodyBytes, part, sampleBytes, startEmulator } from './emulator.ts';

let emulator: Awaited<ReturnType<typeof startEmulator>>;
let client: Rekognition;
/**
 * Sample 3, of three people. Its largest face is the woman in the middle, who is the right-most of sample 1.
 */
let sample3: Picture;
/** Sample 1 without its right-most person, and that person alone. */
let others: Uint8Array;
let her: Uint8Array;
const absentFaceId = '00000000-0000-4000-8000-000000000000';

beforeAll(async () => {
  emulator = await startEmulator();
  client = emulator.client;
  const sample1 = await smallSample(1);
  sample3 = await smallSample(3);
  others = await part(sample1, [0, 0, 0.65, 1]);
  her = await part(sample1, [0.68, 0, 1, 0.6]);
});
afterAll(() => emulator[Symbol.asyncDispose]());

let collections = 0;
let CollectionId: string;
beforeEach(async () => {
  CollectionId = `collection-${++collections}`;
  await client.createCollection({ CollectionId });
});

async function index(Bytes: Uint8Array, options: { ExternalImageId?: string; MaxFaces?: number } = {}) {
  const answer = await client.indexFaces({ CollectionId, Image: { Bytes }, ...options });
  return (answer.FaceRecords ?? []).map(({ Face }) => Face?.FaceId ?? '');
}

describe('IndexFaces', () => {
  it('keeps every face, largest first, and tells all about it', async () => {
    const answer = await client.indexFaces({
      CollectionId,
      Image: { Bytes: sample3.original },
      ExternalImageId: '7:picture_1.x-y',
    });
    expect(answer).toMatchObject({ FaceModelVersion: '7.0', UnindexedFaces: [] });
    expect(answer).not.toHaveProperty('OrientationCorrection');
    const records = answer.FaceRecords ?? [];
    expect(records).toHaveLength(3);
    const sizes = records.map(({ Face }) => Face?.BoundingBox?.Width ?? 0);
    expect(sizes).toEqual(sizes.toSorted((one, other) => other - one));
    for (const { Face, FaceDetail } of records) {
      expect(Face).toEqual({
        FaceId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        ImageId: records[0]?.Face?.ImageId,
        ExternalImageId: '7:picture_1.x-y',
        BoundingBox: FaceDetail?.BoundingBox,
        Confidence: FaceDetail?.Confidence,
        IndexFacesModelVersion: '7.0',
      });
      expect(Object.keys(FaceDetail ?? {}).sort()).toEqual([
        'BoundingBox',
        'Confidence',
        'Landmarks',
        'Pose',
        'Quality',
      ]);
      expect(FaceDetail?.Confidence).toBeGreaterThan(90);
    }
    expect(await client.describeCollection({ CollectionId })).toMatchObject({ FaceCount: 3 });
  });

  it('keeps the largest faces only when it is told how many, and names the others', async () => {
    const answer = await client.indexFaces({
      CollectionId,
      Image: { Bytes: sample3.original },
      MaxFaces: 1,
    });
    expect(answer.FaceRecords).toHaveLength(1);
    expect(answer.UnindexedFaces?.map(({ Reasons }) => Reasons)).toEqual([
      ['EXCEEDS_MAX_FACES'],
      ['EXCEEDS_MAX_FACES'],
    ]);
    expect(answer.UnindexedFaces?.[0]?.FaceDetail).toHaveProperty('BoundingBox');
    const { FaceDetails } = await client.detectFaces({ Image: { Bytes: sample3.original } });
    expect(answer.FaceRecords?.[0]?.FaceDetail).toEqual(FaceDetails?.[0]);
  });

  it('adds nothing the second time, and gives the same face ids', async () => {
    const first = await index(sample3.original, { ExternalImageId: 'a', MaxFaces: 2 });
    expect(await index(sample3.original, { ExternalImageId: 'a', MaxFaces: 2 })).toEqual(first);
    const together = await Promise.all([
      index(sample3.original, { ExternalImageId: 'a' }),
      index(sample3.original, { ExternalImageId: 'a' }),
    ]);
    expect(together[0]).toEqual(together[1]);
    expect(together[0]?.slice(0, 2)).toEqual(first);
    expect(await client.describeCollection({ CollectionId })).toMatchObject({ FaceCount: 3 });
  });

  it('adds the same picture again under another external id, or without one', async () => {
    const ids = [
      ...(await index(her, { ExternalImageId: 'a' })),
      ...(await index(her, { ExternalImageId: 'b' })),
      ...(await index(her)),
    ];
    expect(new Set(ids).size).toBe(3);
    const { Faces } = await client.listFaces({ CollectionId });
    expect(Faces?.map(({ ExternalImageId }) => ExternalImageId)).toEqual(['a', 'b', undefined]);
    expect(new Set(Faces?.map(({ ImageId }) => ImageId)).size).toBe(1);
  });

  it('gives an empty list for a picture of nobody', async () => {
    const answer = await client.indexFaces({ CollectionId, Image: { Bytes: await nobodyBytes() } });
    expect(answer).toMatchObject({ FaceRecords: [], UnindexedFaces: [] });
  });

  it.each(['with space', 'a/b', '', 'a'.repeat(256)])('takes no external id %j', async (ExternalImageId) => {
    await expect(index(her, { ExternalImageId })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("at 'externalImageId' failed to satisfy constraint"),
    });
  });
});

describe('SearchFacesByImage', () => {
  it('finds the person of the largest face, and not the others', async () => {
    await index(her, { ExternalImageId: 'her' });
    await index(others, { ExternalImageId: 'others' });
    const answer = await client.searchFacesByImage({ CollectionId, Image: { Bytes: sample3.original } });
    expect(answer.FaceMatches?.map(({ Face }) => Face?.ExternalImageId)).toEqual(['her']);
    expect(answer.FaceMatches?.[0]?.Similarity).toBeGreaterThan(95);
    const { FaceDetails } = await client.detectFaces({ Image: { Bytes: sample3.original } });
    expect(answer.SearchedFaceBoundingBox).toEqual(FaceDetails?.[0]?.BoundingBox);
    expect(answer.SearchedFaceConfidence).toEqual(FaceDetails?.[0]?.Confidence);
    expect(answer.FaceModelVersion).toBe('7.0');
  });

  it('gives everybody at a threshold of 0, best first, up to the limit', async () => {
    await index(her);
    await index(others);
    const search = (MaxFaces: number) =>
      client.searchFacesByImage({ CollectionId, Image: { Bytes: her }, FaceMatchThreshold: 0, MaxFaces });
    const all = (await search(4096)).FaceMatches ?? [];
    expect(all).toHaveLength(3);
    const similarities = all.map(({ Similarity }) => Similarity ?? Number.NaN);
    expect(similarities[0]).toBe(100);
    expect(similarities).toEqual(similarities.toSorted((one, other) => other - one));
    expect((await search(2)).FaceMatches).toEqual(all.slice(0, 2));
  });

  it('refuses a picture of nobody', async () => {
    const search = client.searchFacesByImage({ CollectionId, Image: { Bytes: await nobodyBytes() } });
    await expect(search).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'There are no faces in the image. Should be at least 1.',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it.each([{ MaxFaces: 0 }, { MaxFaces: 4097 }, { FaceMatchThreshold: -1 }, { FaceMatchThreshold: 100.5 }])(
    'takes no %j',
    async (options) => {
      const search = client.searchFacesByImage({ CollectionId, Image: { Bytes: her }, ...options });
      await expect(search).rejects.toMatchObject({ name: 'ValidationException' });
    },
  );
});

describe('SearchFaces', () => {
  it('finds the same person, and never the face itself', async () => {
    const [faceId] = await index(her, { ExternalImageId: 'portrait' });
    await index(others);
    await index(sample3.original, { ExternalImageId: 'group' });
    const FaceId = faceId ?? '';
    const answer = await client.searchFaces({ CollectionId, FaceId, FaceMatchThreshold: 95 });
    expect(answer.SearchedFaceId).toBe(FaceId);
    expect(answer.FaceMatches?.map(({ Face }) => Face?.ExternalImageId)).toEqual(['group']);
    const everybody = await client.searchFaces({ CollectionId, FaceId, FaceMatchThreshold: 0 });
    expect(everybody.FaceMatches).toHaveLength(5);
    expect(everybody.FaceMatches?.map(({ Face }) => Face?.FaceId)).not.toContain(FaceId);
  });

  it('needs a face of the collection', async () => {
    await expect(client.searchFaces({ CollectionId, FaceId: absentFaceId })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'faceId was not found in the collection.',
    });
  });
});

describe('ListFaces', () => {
  it('gives all faces page by page, in the order they were indexed', async () => {
    const ids = [...(await index(sample3.original)), ...(await index(others))];
    const pages: (string | undefined)[][] = [];
    for await (const page of paginateListFaces({ client, pageSize: 2 }, { CollectionId })) {
      pages.push((page.Faces ?? []).map(({ FaceId }) => FaceId));
    }
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(pages.flat()).toEqual(ids);
  });

  it('gives those that are asked for by their ids', async () => {
    const [first, , third] = await index(sample3.original);
    const FaceIds = [third ?? '', absentFaceId, first ?? ''];
    const { Faces } = await client.listFaces({ CollectionId, FaceIds });
    expect(Faces?.map(({ FaceId }) => FaceId)).toEqual([first, third]);
  });

  it("refuses another collection's token", async () => {
    await index(sample3.original);
    const { NextToken } = await client.listFaces({ CollectionId, MaxResults: 1 });
    expect(NextToken).toBeDefined();
    await client.createCollection({ CollectionId: `${CollectionId}-other` });
    const list = client.listFaces({ CollectionId: `${CollectionId}-other`, NextToken });
    await expect(list).rejects.toMatchObject({ name: 'InvalidPaginationTokenException' });
  });
});

describe('DeleteFaces', () => {
  it('takes faces out of lists and searches, and names those that were not there', async () => {
    const [first, second, third] = await index(sample3.original);
    const FaceIds = [second ?? '', absentFaceId];
    const answer = await client.deleteFaces({ CollectionId, FaceIds });
    expect(answer.DeletedFaces).toEqual([second]);
    expect(answer.UnsuccessfulFaceDeletions).toEqual([{ FaceId: absentFaceId, Reasons: ['FACE_NOT_FOUND'] }]);
    const { Faces } = await client.listFaces({ CollectionId });
    expect(Faces?.map(({ FaceId }) => FaceId)).toEqual([first, third]);
    const everybody = { CollectionId, Image: { Bytes: sample3.original }, FaceMatchThreshold: 0 };
    const { FaceMatches } = await client.searchFacesByImage(everybody);
    expect(FaceMatches?.map(({ Face }) => Face?.FaceId).sort()).toEqual([first, third].sort());
    expect(await client.deleteFaces({ CollectionId, FaceIds })).toMatchObject({ DeletedFaces: [] });
  });

  it.each([[[]], [['no-uuid']], [Array.from({ length: 4097 }, () => absentFaceId)]])(
    'takes from 1 to 4096 face ids: not %.40j',
    async (FaceIds) => {
      await expect(client.deleteFaces({ CollectionId, FaceIds })).rejects.toMatchObject({
        name: 'ValidationException',
      });
    },
  );
});

describe('the quality filter', () => {
  it('lets all faces of the samples pass but a profile', async () => {
    const { UnindexedFaces = [] } = await client.indexFaces({
      CollectionId,
      Image: { Bytes: await sampleBytes(2) },
    });
    expect(UnindexedFaces).toHaveLength(1);
    expect(UnindexedFaces[0]?.Reasons).toContain('EXTREME_POSE');
    for (const number of [1, 3, 4, 5, 6] as const) {
      const answer = await client.indexFaces({ CollectionId, Image: { Bytes: await sampleBytes(number) } });
      expect(answer.UnindexedFaces).toEqual([]);
      expect(answer.FaceRecords?.length).toBeGreaterThanOrEqual(3);
    }
  });
});
