import type { Rekognition } from '@aws-sdk/client-rekognition';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Picture } from '../../../../lib/inputs/picture.ts';
import { smallSample } from '../../../faces/samples.ts';
import { nobodyBytes, part, startEmulator } from './emulator.ts';

/** Operations that keep nothing: DetectFaces and CompareFaces. */

let emulator: Awaited<ReturnType<typeof startEmulator>>;
let client: Rekognition;
/** Samples of three people. The largest face of 3 is the woman in the middle, who is the right-most of 1. */
let sample1: Picture;
let sample3: Picture;
/** Picture of her alone, from sample 1. */
let her: Uint8Array;

beforeAll(async () => {
  emulator = await startEmulator();
  client = emulator.client;
  [sample1, sample3] = await Promise.all([smallSample(1), smallSample(3)]);
  her = await part(sample1, [0.68, 0, 1, 0.6]);
});
afterAll(() => emulator[Symbol.asyncDispose]());

describe('DetectFaces', () => {
  it('finds the faces, and keeps none', async () => {
    const { FaceDetails } = await client.detectFaces({
      Image: { Bytes: sample3.original },
      Attributes: ['ALL'],
    });
    expect(FaceDetails).toHaveLength(3);
    for (const { Landmarks, BoundingBox } of FaceDetails ?? []) {
      const x = (type: string) => Landmarks?.find(({ Type }) => Type === type)?.X ?? Number.NaN;
      expect(x('eyeLeft')).toBeLessThan(x('eyeRight'));
      expect(x('mouthLeft')).toBeLessThan(x('mouthRight'));
      expect(x('nose')).toBeGreaterThan(BoundingBox?.Left ?? Number.NaN);
    }
  });

  it('gives an empty list for a picture of nobody', async () => {
    expect((await client.detectFaces({ Image: { Bytes: await nobodyBytes() } })).FaceDetails).toEqual([]);
  });

  it('gives boxes that reach out of the picture where a face is cut off', async () => {
    const box = (await client.detectFaces({ Image: { Bytes: sample3.original } })).FaceDetails?.[0]
      ?.BoundingBox;
    const cutAt = (box?.Left ?? 0) + 0.8 * (box?.Width ?? 0);
    const cut = await part(sample3, [(box?.Left ?? 0) - 0.2, 0, cutAt, 1]);
    const found = (await client.detectFaces({ Image: { Bytes: cut } })).FaceDetails ?? [];
    const rights = found.map(({ BoundingBox }) => (BoundingBox?.Left ?? 0) + (BoundingBox?.Width ?? 0));
    expect(Math.max(...rights)).toBeGreaterThan(1);
  });
});

describe('CompareFaces', () => {
  it('sorts the faces of the target into those that match the largest of the source, and the others', async () => {
    const answer = await client.compareFaces({
      SourceImage: { Bytes: sample3.original },
      TargetImage: { Bytes: sample1.original },
    });
    expect(answer.FaceMatches).toHaveLength(1);
    expect(answer.FaceMatches?.[0]?.Similarity).toBeGreaterThan(95);
    expect(answer.FaceMatches?.[0]?.Face?.BoundingBox?.Left).toBeGreaterThan(0.7);
    expect(answer.UnmatchedFaces).toHaveLength(2);
    expect(answer.UnmatchedFaces?.[0]).toHaveProperty('Landmarks');
    expect(Object.keys(answer.SourceImageFace ?? {}).sort()).toEqual(['BoundingBox', 'Confidence']);
  });

  it('matches everybody at a threshold of 0', async () => {
    const answer = await client.compareFaces({
      SourceImage: { Bytes: her },
      TargetImage: { Bytes: sample1.original },
      SimilarityThreshold: 0,
    });
    expect(answer.FaceMatches).toHaveLength(3);
    expect(answer.UnmatchedFaces).toEqual([]);
  });

  it('refuses a picture of nobody, on either side', async () => {
    const [nobody, somebody] = [{ Bytes: await nobodyBytes() }, { Bytes: her }];
    const refusal = { name: 'InvalidParameterException', message: 'Request has invalid parameters' };
    const forwards = client.compareFaces({ SourceImage: nobody, TargetImage: somebody });
    await expect(forwards).rejects.toMatchObject(refusal);
    const backwards = client.compareFaces({ SourceImage: somebody, TargetImage: nobody });
    await expect(backwards).rejects.toMatchObject(refusal);
  });
});
