import sharp from 'sharp';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BackendUnavailableError, NoFaceError } from '../../../lib/errors.ts';
import type { FaceBackend } from '../../../lib/faces/port.ts';
import { decodePicture } from '../../../lib/inputs/decode.ts';
import { heldPicture } from '../../suites/faces/fixtures.ts';
import { startCannedService } from './canned-service.ts';
import { openAdapter } from './open.ts';

const service = await startCannedService();
afterAll(() => service.stop());

let backend: FaceBackend;
beforeEach(() => {
  service.calls.length = 0;
  backend = openAdapter();
});
afterEach(() => backend.close());

const create = { width: 200, height: 100, channels: 3, background: 'white' } as const;
const picture = await decodePicture(await sharp({ create }).png().toBuffer());

const middle = { Left: 0.4, Top: 0.4, Width: 0.2, Height: 0.2 };
const face = (BoundingBox: object) => ({ BoundingBox, Confidence: 99.5 });
const invalid = { __type: 'InvalidParameterException', Message: 'Request has invalid parameters' };
const callsOf = (operation: string) => service.calls.filter((call) => call.operation === operation);

describe('what Rekognition answers', () => {
  const compared = (Similarity: number, box: object = middle) => ({ Similarity, Face: face(box) });
  const largeFace = { Left: 0, Top: 0, Width: 0.5, Height: 1 };
  /** Makes faces of the collection, nearest first, none of which is of entry 1. */
  const strangers = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      Similarity: 1 - index / 10_000,
      Face: { FaceId: `f${index}`, ExternalImageId: `2:stranger-${index}` },
    }));
  const references = Array.from({ length: 12 }, (_, index) => ({
    imageId: `${index}`,
    withPicture: heldPicture(picture),
  }));

  test("to a comparison counts for the second picture's largest face, also when it is not like the first's", async () => {
    const compare = async () => {
      const { reference, distance, similarity } = await backend.compare(
        heldPicture(picture),
        heldPicture(picture),
        {},
      );
      return [reference.area.w, distance, similarity];
    };
    const answerWith = (answer: object) => {
      service.answer = ({ operation }) =>
        operation === 'DetectFaces' ? { FaceDetails: [face(middle)] } : answer;
    };
    answerWith({ FaceMatches: [compared(99), compared(2, largeFace)] });
    expect(await compare()).toEqual([100, 0.98, 2]);
    answerWith({ FaceMatches: [compared(99)], UnmatchedFaces: [face(largeFace)] });
    expect(await compare()).toEqual([100, 1, 0]);
    expect(callsOf('CompareFaces')[0]?.input.SimilarityThreshold).toBe(0);
  });

  test('to a comparison that it takes for wrong though both pictures show somebody is a failure', async () => {
    let isSomebody = true;
    service.answer = ({ operation }) => {
      if (operation === 'CompareFaces') return invalid;
      return { FaceDetails: isSomebody || service.calls.length === 1 ? [face(middle)] : [] };
    };
    const compare = () => backend.compare(heldPicture(picture), heldPicture(picture), {});
    await expect(compare()).rejects.toThrow(BackendUnavailableError);
    isSomebody = false;
    service.calls.length = 0;
    await expect(compare()).rejects.toThrow(NoFaceError);
  });

  test('without the pictures of an entry is asked for ten of them, one by one, and the nearest comes first', async () => {
    const similarities = [1, 3, 2];
    service.answer = ({ operation }) => {
      if (operation === 'DetectFaces') return { FaceDetails: [face(middle)] };
      if (operation === 'CompareFaces')
        return { FaceMatches: [compared(similarities[callsOf('CompareFaces').length - 1] ?? 0)] };
      return { SearchedFaceBoundingBox: middle, FaceMatches: strangers(4096) };
    };
    const found = await backend.compareWith(heldPicture(picture), references, {});
    expect(callsOf('SearchFacesByImage').map(({ input }) => input)).toMatchObject([
      { MaxFaces: 4096, FaceMatchThreshold: 0 },
    ]);
    expect(callsOf('CompareFaces')).toHaveLength(10);
    expect(found.references.map(({ similarity }) => similarity)).toEqual([3, 2, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(found.references.map(({ imageId }) => Number(imageId)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, index) => index),
    );
  });

  test('about a picture of an entry in which it sees nobody leaves the others to be compared', async () => {
    service.answer = ({ operation }) => {
      if (operation === 'DetectFaces')
        return { FaceDetails: callsOf('DetectFaces').length === 3 ? [] : [face(middle)] };
      if (operation === 'CompareFaces')
        return callsOf('CompareFaces').length === 1 ? invalid : { FaceMatches: [compared(7)] };
      return { SearchedFaceBoundingBox: middle };
    };
    const found = await backend.compareWith(heldPicture(picture), references.slice(0, 2), {});
    expect(found.references.map(({ similarity }) => similarity)).toEqual([7]);
  });
});
