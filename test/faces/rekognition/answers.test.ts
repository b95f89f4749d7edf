import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { distanceMetrics, modelNames } from '../../../lib/contract/vocabulary.ts';
import { BackendUnavailableError, InputTooLargeError, InputUnreadableError } from '../../../lib/errors.ts';
import type { FaceOptions } from '../../../lib/faces/comparing.ts';
import type { FaceBackend } from '../../../lib/faces/port.ts';
import { encodePart } from '../../../lib/faces/rekognition/encode.ts';
import { standardThresholdOf } from '../../../lib/faces/standard-thresholds.ts';
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
/** Wraps the adapter so that the end of the block closes it. */
const closing = (adapter: FaceBackend) =>
  Object.assign(adapter, { [Symbol.asyncDispose]: () => adapter.close() });
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

  /** Makes this many faces of an entry, as a search returns them. */
  const facesOf = (entryId: number, count: number, similarity: number) =>
    Array.from({ length: count }, (_, place) => ({
      Similarity: similarity - place / 10_000,
      Face: { FaceId: `${entryId}-${place}`, ExternalImageId: `${entryId}:${place}` },
    }));
  /** Answers searches as the service does, with the nearest of these faces. */
  const answerWith = (all: ReturnType<typeof facesOf>) => {
    service.answer = ({ operation, input }) =>
      operation === 'DetectFaces'
        ? { FaceDetails: [face(middle)] }
        : {
            SearchedFaceBoundingBox: middle,
            FaceMatches: all
              .filter(({ Similarity }) => Similarity >= Number(input.FaceMatchThreshold))
              .slice(0, Number(input.MaxFaces)),
          };
  };

  test('names everybody who matches, behind however many pictures of another', async () => {
    answerWith([...facesOf(1, 1000, 99.9), ...facesOf(2, 1, 97), ...facesOf(3, 2, 96), ...facesOf(4, 9, 90)]);
    const { faces, warnings } = await backend.match(picture, {});
    const matches = faces[0]?.matches ?? [];
    expect([1, 2, 3, 4].map((id) => matches.filter(({ entryId }) => entryId === id).length)).toEqual([
      100, 1, 2, 0,
    ]);
    expect(matches[99]?.imageId).toBe('99');
    expect(warnings).toEqual([]);
    expect(callsOf('SearchFacesByImage')).toHaveLength(1);
  });

  test('that are as many as it ever tells are told with a warning', async () => {
    answerWith([...facesOf(1, 5000, 99.9), ...facesOf(2, 1, 97)]);
    expect((await backend.match(picture, {})).warnings).toEqual([
      expect.stringMatching(/^Face 0 matches the 4,096 listed pictures .* there may be other persons/),
    ]);
  });

  test('tells near misses of other entries, and asks once more only where pictures of one hide them', async () => {
    const near = async () => {
      service.calls.length = 0;
      const { faces } = await backend.match(picture, { candidates: 2 });
      return [
        faces[0]?.candidates.map(({ entryId, imageId }) => `${entryId}:${imageId}`),
        callsOf('SearchFacesByImage').map(({ input }) => input.MaxFaces),
      ];
    };
    const others = [...facesOf(2, 3, 60), ...facesOf(3, 3, 50), ...facesOf(4, 3, 40)];
    answerWith([...facesOf(1, 10, 99.9), ...others]);
    expect(await near()).toEqual([['2:0', '3:0'], [100]]);
    answerWith([...facesOf(1, 150, 99.9), ...others]);
    expect(await near()).toEqual([
      ['2:0', '3:0'],
      [100, 4096],
    ]);
    answerWith(facesOf(1, 150, 90));
    expect(await near()).toEqual([['1:0'], [100, 4096]]);
  });

  test.each(
    modelNames.flatMap((modelName) =>
      distanceMetrics.map((distanceMetric) => ({ modelName, distanceMetric })),
    ),
  )('is asked for with a threshold of $modelName by $distanceMetric as it is meant', async (named) => {
    const used = async (settings: Parameters<typeof openAdapter>[0], options: FaceOptions) => {
      await using adapter = closing(openAdapter({ collectionId, ...settings }));
      service.calls.length = 0;
      service.answer = ({ operation }) =>
        operation === 'DetectFaces' ? {} : { SearchedFaceBoundingBox: middle };
      const { threshold } = await adapter.match(picture, options);
      const asked = Number(callsOf('SearchFacesByImage')[0]?.input.FaceMatchThreshold);
      expect(asked).toBeCloseTo(100 - 100 * threshold, 2);
      return threshold;
    };
    const standard =
      named.modelName === 'aws_rekognition'
        ? undefined
        : standardThresholdOf(named.modelName, named.distanceMetric);
    // The limit may come from the request or from the settings.
    for (const ask of [
      (threshold: number, similarityThreshold = 95) => used({ similarityThreshold }, { ...named, threshold }),
      (threshold: number, similarityThreshold = 95) => used({ ...named, similarityThreshold }, { threshold }),
    ]) {
      if (standard === undefined) {
        expect([await ask(0.1), await ask(0.02), await ask(0.4)]).toEqual([0.1, 0.02, 0.2]);
      } else {
        expect(await ask(standard)).toBe(0.05);
        expect(await ask(standard, 98)).toBe(0.02);
        expect(await ask(standard / 2)).toBeCloseTo(0.025, 12);
        expect(await ask(2 * standard)).toBeCloseTo(0.1, 12);
        expect(await ask(10 * standard)).toBe(0.2);
      }
    }
  });

  test('is never asked for less than the least similarity, whatever is set', async () => {
    await using adapter = closing(openAdapter({ collectionId, similarityThreshold: 30, minSimilarity: 90 }));
    service.answer = ({ operation }) =>
      operation === 'DetectFaces' ? {} : { SearchedFaceBoundingBox: middle };
    expect((await adapter.match(picture, {})).threshold).toBe(0.1);
    expect((await adapter.match(picture, { threshold: 0.3 })).threshold).toBe(0.1);
    expect(adapter.defaults).toMatchObject({
      threshold: 0.1,
      configuredThreshold: 0.7,
      loosestThreshold: 0.1,
    });
  });

  test('about another face than the one asked for is not taken for it: a tighter look, or no match', async () => {
    const [left, right] = [
      { Left: 0, Top: 0, Width: 0.4, Height: 1 },
      { Left: 0.6, Top: 0, Width: 0.3, Height: 1 },
    ];
    const FaceMatches = [{ Similarity: 99, Face: { FaceId: randomUUID(), ExternalImageId: '1:a' } }];
    const nearBorder = { Left: 0, Top: 0, Width: 0.1, Height: 0.1 };
    const whole = { Left: 0, Top: 0, Width: 1, Height: 1 };
    // There are three searches: the whole picture, and then the right face at the first and the second
    // attempt.
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
    // There is one search for the whole picture, and then four at the same time.
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
    // The picture is sent once more, encoded again.
    ['InvalidImageFormatException', InputUnreadableError, 2],
    ['ImageTooLargeException', InputTooLargeError, 2],
    ['AccessDeniedException', BackendUnavailableError, 1],
    ['UnrecognizedClientException', BackendUnavailableError, 1],
    ['LimitExceededException', BackendUnavailableError, 1],
    ['InvalidParameterException', BackendUnavailableError, 1],
  ])(
    'as %s is thrown as an error of ours, with its cause, and not tried for long',
    async (name, type, calls) => {
      service.answer = () => refusal(name);
      const error = await backend.enroll(picture, owner(1)).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(type);
      expect(error).toMatchObject({ cause: { name } });
      expect(service.calls).toHaveLength(calls);
      await expect(backend.match(picture, {})).rejects.toThrow(type);
    },
  );
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
  // The pixels are beside the face, in it where the other face overlaps it, right of it, and in the other
  // face.
  expect([isWhite(70, 50), isWhite(85, 50), isWhite(125, 30), isWhite(136, 45)]).toEqual([
    false,
    true,
    true,
    false,
  ]);
});
