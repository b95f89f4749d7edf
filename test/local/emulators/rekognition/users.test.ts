import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationNames } from '../../../../local/emulators/rekognition/operations.ts';
import { shapeProblems } from './answer-shapes.ts';
import { nobodyBytes, sampleBytes, startEmulator } from './emulator.ts';

let emulator: Awaited<ReturnType<typeof startEmulator>>;
/** Ids of the three faces of sample 3. */
let faces: string[];
const collection = { CollectionId: 'a' };
const arn = 'arn:aws:rekognition:eu-west-1:000000000000:collection/a';

const index = async (bytes: Uint8Array) => {
  const { FaceRecords = [] } = await emulator.client.indexFaces({
    ...collection,
    Image: { Bytes: bytes },
    QualityFilter: 'NONE',
  });
  return FaceRecords.flatMap(({ Face }) => Face?.FaceId ?? []);
};

beforeAll(async () => {
  emulator = await startEmulator();
  await emulator.client.createCollection(collection);
  faces = await index(await sampleBytes(3));
  expect(faces).toHaveLength(3);
});
afterAll(() => emulator[Symbol.asyncDispose]());

const absent = '11111111-2222-3333-4444-555555555555';
const failure = (call: Promise<unknown>) =>
  call.then(
    () => 'none',
    (error: Error) => error.name,
  );

describe('users', () => {
  it('are made, listed in pages, counted and deleted', async () => {
    const { client } = emulator;
    for (const UserId of ['one', 'two', 'three']) await client.createUser({ ...collection, UserId });
    expect(await failure(client.createUser({ ...collection, UserId: 'two' }))).toBe('ConflictException');
    const first = await client.listUsers({ ...collection, MaxResults: 2 });
    expect(first.Users).toEqual([
      { UserId: 'one', UserStatus: 'CREATED' },
      { UserId: 'two', UserStatus: 'CREATED' },
    ]);
    const rest = await client.listUsers({ ...collection, MaxResults: 2, NextToken: first.NextToken });
    expect([rest.Users?.map(({ UserId }) => UserId), rest.NextToken]).toEqual([['three'], undefined]);
    expect((await client.describeCollection(collection)).UserCount).toBe(3);
    await client.deleteUser({ ...collection, UserId: 'three' });
    expect(await failure(client.deleteUser({ ...collection, UserId: 'three' }))).toBe(
      'ResourceNotFoundException',
    );
    expect(await failure(client.createUser({ CollectionId: 'b', UserId: 'x' }))).toBe(
      'ResourceNotFoundException',
    );
    expect(await failure(client.createUser({ ...collection, UserId: 'not allowed' }))).toBe(
      'ValidationException',
    );
    expect(await failure(client.listUsers({ ...collection, MaxResults: 501 }))).toBe('ValidationException');
  });

  it('have faces, each of one user, which can not be deleted meanwhile', async () => {
    const { client } = emulator;
    const [face = '', other = '', third = ''] = faces;
    const associate = (UserId: string, FaceIds: string[], UserMatchThreshold = 0) =>
      client.associateFaces({ ...collection, UserId, FaceIds, UserMatchThreshold });
    expect(await associate('one', [face, absent])).toMatchObject({
      AssociatedFaces: [{ FaceId: face }],
      UnsuccessfulFaceAssociations: [{ FaceId: absent, Reasons: ['FACE_NOT_FOUND'] }],
      UserStatus: 'UPDATING',
    });
    expect((await associate('one', [face])).AssociatedFaces).toEqual([]);
    expect((await associate('two', [face, other])).UnsuccessfulFaceAssociations).toEqual([
      { FaceId: face, UserId: 'one', Reasons: ['ASSOCIATED_TO_A_DIFFERENT_USER'] },
    ]);
    const strange = await associate('one', [third], 99);
    expect(strange).toMatchObject({
      AssociatedFaces: [],
      UnsuccessfulFaceAssociations: [{ FaceId: third, Reasons: ['LOW_MATCH_CONFIDENCE'] }],
    });
    expect((await client.listUsers(collection)).Users).toContainEqual({
      UserId: 'one',
      UserStatus: 'ACTIVE',
    });
    const { Faces = [] } = await client.listFaces({ ...collection, UserId: 'one' });
    expect(Faces.map(({ FaceId, UserId }) => [FaceId, UserId])).toEqual([[face, 'one']]);
    expect(await client.deleteFaces({ ...collection, FaceIds: [face] })).toMatchObject({
      DeletedFaces: [],
      UnsuccessfulFaceDeletions: [
        { FaceId: face, UserId: 'one', Reasons: ['ASSOCIATED_TO_AN_EXISTING_USER'] },
      ],
    });
  });

  it('are found by a face, by a user and by a picture', async () => {
    const { client } = emulator;
    const [face = '', other = ''] = faces;
    const byFace = await client.searchUsers({ ...collection, FaceId: face });
    expect(byFace).toMatchObject({ SearchedFace: { FaceId: face } });
    expect(byFace.UserMatches).toMatchObject([
      { Similarity: 100, User: { UserId: 'one', UserStatus: 'ACTIVE' } },
    ]);
    const byUser = await client.searchUsers({ ...collection, UserId: 'one', UserMatchThreshold: 0 });
    expect(byUser.UserMatches?.map(({ User }) => User?.UserId)).toEqual(['two']);
    expect(byUser.SearchedUser).toEqual({ UserId: 'one' });
    const both = { ...collection, UserId: 'one', FaceId: face };
    expect(await failure(client.searchUsers(both))).toBe('InvalidParameterException');
    expect(await failure(client.searchUsers(collection))).toBe('InvalidParameterException');
    const Image = { Bytes: await sampleBytes(3) };
    const byImage = await client.searchUsersByImage({ ...collection, Image, UserMatchThreshold: 0 });
    expect(byImage.UserMatches).toHaveLength(2);
    expect(byImage.SearchedFace?.FaceDetail?.BoundingBox).toBeDefined();
    expect(byImage.UnsearchedFaces?.map(({ Reasons }) => Reasons)).toEqual([
      ['FACE_NOT_LARGEST'],
      ['FACE_NOT_LARGEST'],
    ]);
    const nobody = { ...collection, Image: { Bytes: await nobodyBytes() } };
    expect(await failure(client.searchUsersByImage(nobody))).toBe('InvalidParameterException');
    const gone = await client.disassociateFaces({
      ...collection,
      UserId: 'two',
      FaceIds: [other, face, absent],
    });
    expect(gone).toMatchObject({
      DisassociatedFaces: [{ FaceId: other }],
      UnsuccessfulFaceDisassociations: [
        { FaceId: face, UserId: 'one', Reasons: ['ASSOCIATED_TO_A_DIFFERENT_USER'] },
        { FaceId: absent, Reasons: ['FACE_NOT_FOUND'] },
      ],
    });
    await client.deleteUser({ ...collection, UserId: 'one' });
    expect((await client.deleteFaces({ ...collection, FaceIds: [face] })).DeletedFaces).toEqual([face]);
  });
});

describe('tags', () => {
  it('of a collection are set, listed and removed', async () => {
    const { client } = emulator;
    await client.tagResource({ ResourceArn: arn, Tags: { team: 'door', stage: 'test' } });
    await client.untagResource({ ResourceArn: arn, TagKeys: ['stage', 'absent'] });
    expect((await client.listTagsForResource({ ResourceArn: arn })).Tags).toEqual({ team: 'door' });
    await client.createCollection({ CollectionId: 'tagged', Tags: { made: 'so' } });
    const ResourceArn = arn.replace(/a$/, 'tagged');
    expect((await client.listTagsForResource({ ResourceArn })).Tags).toEqual({ made: 'so' });
    const elsewhere = { ResourceArn: `${arn}bsent` };
    expect(await failure(client.listTagsForResource(elsewhere))).toBe('ResourceNotFoundException');
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, place) => [`k${place}`, '']));
    expect(await failure(client.tagResource({ ResourceArn: arn, Tags: many }))).toBe(
      'ServiceQuotaExceededException',
    );
    expect(await failure(client.tagResource({ ResourceArn: arn, Tags: { 'aws:x': '' } }))).toBe(
      'ValidationException',
    );
  });
});

describe("the service's own model", () => {
  it('has all operations of the emulator', () => {
    for (const name of operationNames) expect(shapeProblems(name, {})).toEqual([]);
  });

  it('refuses what it does not have, and what is of another type', () => {
    expect(shapeProblems('SearchFaces', { FaceMatches: [{ Similarity: '1' }] })).toHaveLength(1);
    expect(shapeProblems('SearchFaces', { Matches: [] })).toHaveLength(1);
    expect(shapeProblems('ListTagsForResource', { Tags: { a: 1 } })).toHaveLength(1);
  });
});
