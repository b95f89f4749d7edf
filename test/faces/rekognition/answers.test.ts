import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BackendUnavailableError, InputTooLargeError, InputUnreadableError } from '../../../lib/errors.ts';
import type { FaceBackend } from '../../../lib/faces/port.ts';
import { encodePart } from '../../../lib/faces/rekognition/encode.ts';
import { decodePicture } from '../../../lib/inputs/decode.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { owner } from '../../suites/faces/fixtures.ts';
import { startCannedService } from './canned-service.ts';
import { openAdapter } from './open.ts';

const service = await startCannedService();
afterAll(() => service.stop());

const collectionId = 'canned';
let backend: FaceBackend;
beforeEach(() => {
  service.calls.length = 0;
  service.answer = () => ({});
  backend = openAdapter({ collectionId });
});
afterEach(() => backend.close());

const create = { width: 200, height: 100, channels: 3, background: 'white' } as const;
const picture: Picture = await decodePicture(await sharp({ create }).png().toBuffer());

const middle = { Left: 0.4, Top: 0.4, Width: 0.2, Height: 0.2 };
const face = (BoundingBox: object) => ({ BoundingBox, Confidence: 99.5 });
const refusal = (__type: string, Message = 'No.') => ({ __type, Message });
const callsOf = (operation: string) => service.calls.filter((call) => call.operation === operation);

describe('what Rekognition answers', () => {
  test('becomes boxes and points inside the picture, in whole pixels, the largest face first', async () => {
    service.answer = () => ({
      FaceDetails: [
        face({ Left: 0.999, Top: -0.1, Width: 0.1, Height: 0.1 }),
        {
          ...face({ Left: -0.1, Top: 0.8, Width: 0.3, Height: 0.4 }),
          Landmarks: [
            { Type: 'eyeLeft', X: -0.02, Y: 0.9 },
            { Type: 'eyeRight', X: 0.1, Y: 0.9 },
            { Type: 'nose', X: 0.04, Y: 1.02 },
            { Type: 'mouthLeft', X: 0.01, Y: 1.1 },
            { Type: 'mouthRight', X: 0.08, Y: 1.1 },
          ],
        },
      ],
    });
    const nowhere = { left_eye: null, right_eye: null, nose: null, mouth_left: null, mouth_right: null };
    expect(await backend.detect(picture, {})).toEqual([
      {
        area: {
          ...{ x: 0, y: 80, w: 40, h: 20 },
          left_eye: [20, 90],
          right_eye: [0, 90],
          nose: [8, 99],
          mouth_left: [16, 99],
          mouth_right: [2, 99],
        },
        confidence: 0.995,
      },
      { area: { x: 199, y: 0, w: 1, h: 1, ...nowhere }, confidence: 0.995 },
    ]);
  });

  test('for detection and for the largest face is waited for at the same time', async () => {
    const both = Promise.withResolvers<void>();
    service.answer = async ({ operation }) => {
      if (service.calls.length === 2) both.resolve();
      await both.promise;
      return operation === 'DetectFaces'
        ? { FaceDetails: [face(middle)] }
        : { SearchedFaceBoundingBox: middle };
    };
    expect((await backend.match(picture, {})).faces).toHaveLength(1);
    expect(service.calls).toHaveLength(2);
  });

  test('as a similarity that is just the threshold is a match, and the least bit less is none', async () => {
    const match = (Similarity: number) => ({
      Similarity,
      Face: { FaceId: randomUUID(), ExternalImageId: `1:${Similarity}`.replace('.', '-') },
    });
    service.answer = ({ operation }) =>
      operation === 'DetectFaces'
        ? { FaceDetails: [face(middle)] }
        : { SearchedFaceBoundingBox: middle, FaceMatches: [94.999, 95, 99.9].map(match) };
    const { faces } = await backend.match(picture, { threshold: 0.05 });
    expect(faces[0]?.matches.map(({ imageId, distance }) => [imageId, distance])).toEqual([
      ['99-9', 0.001],
      ['95', 0.05],
    ]);
    const asked = Number(callsOf('SearchFacesByImage')[0]?.input.FaceMatchThreshold);
    expect(asked).toBeLessThan(95);
    expect(asked).toBeGreaterThan(94.99);
  });

  test('about another face than the one asked for is not taken for it: a tighter look, or no match', async () => {
    const [left, right] = [
      { Left: 0, Top: 0, Width: 0.4, Height: 1 },
      { Left: 0.6, Top: 0, Width: 0.3, Height: 1 },
    ];
    const FaceMatches = [{ Similarity: 99, Face: { FaceId: randomUUID(), ExternalImageId: '1:a' } }];
    const nearBorder = { Left: 0, Top: 0, Width: 0.1, Height: 0.1 };
    const whole = { Left: 0, Top: 0, Width: 1, Height: 1 };
    // Of the searches: the whole picture's, the first look at the right face, and the second.
    const found = (boxes: readonly object[]) => {
      const looks = boxes.values();
      service.answer = ({ operation }) =>
        operation === 'DetectFaces'
          ? { FaceDetails: [face(left), face(right)] }
          : { SearchedFaceBoundingBox: looks.next().value, FaceMatches };
    };
    const matchCounts = async () =>
      (await backend.match(picture, {})).faces.map(({ matches }) => matches.length);
    found([left, nearBorder, whole]);
    expect(await matchCounts()).toEqual([1, 1]);
    found([left, nearBorder, nearBorder]);
    expect(await matchCounts()).toEqual([1, 0]);
  });

  test('that refuses one of many searches ends them: no further face is searched for', async () => {
    const faces = Array.from({ length: 20 }, (_, index) =>
      face({ Left: index / 20, Top: 0, Width: 0.04, Height: 1 }),
    );
    service.answer = ({ operation }) => {
      if (operation === 'DetectFaces') return { FaceDetails: faces };
      const isWhole = callsOf(operation).length === 1;
      return isWhole ? { SearchedFaceBoundingBox: faces[0]?.BoundingBox } : refusal('AccessDeniedException');
    };
    await expect(backend.match(picture, {})).rejects.toThrow(BackendUnavailableError);
    // The whole picture, and four side by side.
    expect(callsOf('SearchFacesByImage')).toHaveLength(5);
  });

  const records = (box: object) => [{ Face: { FaceId: 'f', BoundingBox: box } }];
  const unindexed = (box: object, ...Reasons: string[]) => ({ FaceDetail: face(box), Reasons });
  const small = { Left: 0.1, Top: 0.1, Width: 0.1, Height: 0.1 };

  test.each([
    [[], 'No face was found in it.'],
    [
      [unindexed(middle, 'LOW_BRIGHTNESS', 'EXTREME_POSE')],
      'The face is too dark and turned too far to the side.',
    ],
    [[unindexed(middle, 'LOW_SHARPNESS')], 'The face is too blurred.'],
    [
      [unindexed(middle, 'SMALL_BOUNDING_BOX', 'LOW_FACE_QUALITY', 'LOW_CONFIDENCE')],
      'The face is too small, of too low a quality, and too unclear to be sure that it is one.',
    ],
    [
      [unindexed(small, 'LOW_SHARPNESS'), unindexed(middle, 'LOW_BRIGHTNESS')],
      'The largest face is too dark.',
    ],
    [[unindexed(middle)], 'The face cannot be used.'],
  ])('without an indexed face says why: %#', async (UnindexedFaces, message) => {
    service.answer = () => ({ FaceRecords: [], UnindexedFaces });
    await expect(backend.enroll(picture, owner(1))).rejects.toMatchObject({ code: 'no_face', message });
    expect(service.calls).toHaveLength(1);
  });

  test('with a small face indexed in place of a large one that is too dark is undone', async () => {
    service.answer = () => ({
      FaceRecords: records(small),
      UnindexedFaces: [unindexed(middle, 'LOW_BRIGHTNESS')],
    });
    await expect(backend.enroll(picture, owner(1))).rejects.toThrow('The largest face is too dark.');
    expect(callsOf('DeleteFaces').map(({ input }) => input)).toEqual([
      { CollectionId: collectionId, FaceIds: ['f'] },
    ]);
  });

  test('with smaller faces left out counts them', async () => {
    service.answer = () => ({
      FaceRecords: records(middle),
      UnindexedFaces: [unindexed(small, 'EXCEEDS_MAX_FACES'), unindexed(small, 'LOW_SHARPNESS')],
    });
    expect(await backend.enroll(picture, owner(1))).toEqual({
      faceCount: 3,
      face: { id: 'canned/f', box: { x: 80, y: 40, w: 40, h: 20 } },
      quality: null,
      similar: null,
    });
  });

  test('with a face like others names those that are ours and near enough, best first', async () => {
    const like = (Similarity: number, ExternalImageId: string) => ({
      Similarity,
      Face: { FaceId: `g${Similarity}`, ExternalImageId },
    });
    service.answer = ({ operation }) =>
      operation === 'IndexFaces'
        ? { FaceRecords: records(middle) }
        : { FaceMatches: [like(96, '3:b'), like(99, '2:a'), like(94.9, '4:c'), like(98, 'not ours')] };
    const { similar } = await backend.enroll(picture, owner(1), { compare: true });
    expect(similar?.map(({ entryId, similarity }) => [entryId, similarity])).toEqual([
      [2, 99],
      [3, 96],
    ]);
    expect(callsOf('SearchFaces').map(({ input }) => input)).toEqual([
      { CollectionId: collectionId, FaceId: 'f', MaxFaces: 4096, FaceMatchThreshold: expect.closeTo(95, 2) },
    ]);
  });

  test('that it can not look for others like it leaves the face enrolled', async () => {
    service.answer = ({ operation }) =>
      operation === 'IndexFaces' ? { FaceRecords: records(middle) } : refusal('AccessDeniedException');
    const { face, similar } = await backend.enroll(picture, owner(1), { compare: true });
    expect([face.id, similar]).toEqual(['canned/f', null]);
    expect(service.calls.map(({ operation }) => operation)).toEqual(['IndexFaces', 'SearchFaces']);
  });

  test('to a removal: faces that are not there are no failure, others that it keeps are', async () => {
    const remove = () => backend.remove([{ ...owner(1), faceId: 'canned/f' }]);
    const unsuccessful = (...Reasons: string[]) => ({
      UnsuccessfulFaceDeletions: [{ FaceId: 'f', Reasons }],
    });
    service.answer = () => unsuccessful('FACE_NOT_FOUND');
    await expect(remove()).resolves.toBeUndefined();
    service.answer = () => unsuccessful('ASSOCIATED_TO_AN_EXISTING_USER');
    await expect(remove()).rejects.toMatchObject({
      code: 'backend_unavailable',
      message: 'Rekognition keeps 1 of the faces: ASSOCIATED_TO_AN_EXISTING_USER.',
    });
  });

  test('to a removal of many: each is removed once, 4,096 in a call', async () => {
    const faces = Array.from({ length: 5000 }, (_, index) => ({ ...owner(1), faceId: `canned/${index}` }));
    await backend.remove([...faces, ...faces]);
    expect(service.calls.map(({ input }) => (input.FaceIds as string[]).length)).toEqual([4096, 904]);
  });

  test('to a listing is read page by page', async () => {
    const page = (id: number, NextToken?: string) => ({
      Faces: [{ FaceId: `${id}`, ExternalImageId: `${id}:a` }],
      NextToken,
    });
    service.answer = ({ input }) => (input.NextToken === 'second' ? page(2) : page(1, 'second'));
    const listed: unknown[] = [];
    for await (const each of backend.listFaces()) listed.push(each);
    expect(listed).toEqual([
      { entryId: 1, imageId: 'a', faceId: 'canned/1', isCurrent: true },
      { entryId: 2, imageId: 'a', faceId: 'canned/2', isCurrent: true },
    ]);
  });

  test.each([
    ['InvalidImageFormatException', InputUnreadableError],
    ['ImageTooLargeException', InputTooLargeError],
    ['AccessDeniedException', BackendUnavailableError],
    ['UnrecognizedClientException', BackendUnavailableError],
    ['LimitExceededException', BackendUnavailableError],
    ['InvalidParameterException', BackendUnavailableError],
  ])('as %s is thrown at once, as an error of ours, with its cause', async (name, type) => {
    service.answer = () => refusal(name);
    const error = await backend.enroll(picture, owner(1)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ cause: { name } });
    expect(service.calls).toHaveLength(1);
    await expect(backend.match(picture, {})).rejects.toThrow(type);
  });
});

test('what is cut out around a face shows nothing of the others', async () => {
  const face = { x: 80, y: 30, w: 40, h: 40 };
  const others = [
    { x: 20, y: 0, w: 70, h: 100 },
    { x: 130, y: 40, w: 40, h: 10 },
  ];
  const { bytes } = await encodePart(picture, { x: 60, y: 10, width: 80, height: 80 }, face, others);
  const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const isWhite = (x: number, y: number) => (data[3 * ((y - 10) * 80 + x - 60)] as number) > 200;
  // Beside the face, in it where the other overlaps it, right of it, and in the second one.
  expect([isWhite(70, 50), isWhite(85, 50), isWhite(125, 30), isWhite(136, 45)]).toEqual([
    false,
    true,
    true,
    false,
  ]);
});
