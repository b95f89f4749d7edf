import { beforeAll, describe, expect, test } from 'vitest';
import { cutByEdge, cutToFace } from '../../../../bench/accuracy/edge-cuts.ts';
import { usualMinConfidence } from '../../../../lib/faces/engine/detect/confidence.ts';
import { type Detection, type Detector, loadDetector } from '../../../../lib/faces/engine/detect/detector.ts';
import { sharedWithSmaller } from '../../../../lib/faces/engine/detect/overlap.ts';
import { type Embedder, loadEmbedder } from '../../../../lib/faces/engine/embed/embedders.ts';
import { Pyramid } from '../../../../lib/faces/engine/geometry/pyramid.ts';
import { embeddingModels } from '../../../../lib/faces/engine/models/models.ts';
import { compareEmbeddings } from '../../../../lib/faces/engine/search/distance.ts';
import type { DecodedPicture } from '../../../../lib/inputs/picture.ts';
import { peopleInSample, pictureOfNobody, type SampleNumber, smallSample } from '../../samples.ts';

let detector: Detector;
let embed: Embedder;

interface Known {
  readonly picture: DecodedPicture;
  readonly face: Detection;
  readonly embedding: Float32Array;
}

/** The largest face of some samples. */
const known: Known[] = [];

async function pixels(number: SampleNumber): Promise<DecodedPicture> {
  const { width, height, pixels } = await smallSample(number);
  return { width, height, pixels };
}

beforeAll(async () => {
  [detector, embed] = await Promise.all([loadDetector(usualMinConfidence), loadEmbedder.MobileFaceNet()]);
  for (const number of [1, 5, 6] as const) {
    const picture = await pixels(number);
    const pyramid = new Pyramid(picture);
    const [face] = await detector.detect(pyramid);
    if (!face) throw new Error(`Nobody is found in sample ${number}.`);
    const [embedding] = (await embed(pyramid, [face.landmarks])) as [Float32Array];
    known.push({ picture, face, embedding });
  }
});

describe('a face that fills its picture', () => {
  test.each([1, 0.9, 0.8].flatMap((share) => [1, 2, 4].map((factor) => [share, factor] as const)))(
    'is found once where the picture is %s of its box, %s times its size, and is the same person',
    async (share, factor) => {
      for (const { picture, face, embedding } of known) {
        const cut = await cutToFace(picture, face.area, share, factor);
        const pyramid = new Pyramid(cut.picture);
        const found = await detector.detect(pyramid);
        expect(found).toHaveLength(1);
        const [again] = (await embed(pyramid, [(found[0] as Detection).landmarks])) as [Float32Array];
        const { distance } = compareEmbeddings(embedding, again, 'cosine');
        expect(distance).toBeLessThan(embeddingModels.MobileFaceNet.thresholds.cosine / 2);
      }
    },
  );
});

test.each(['left', 'right', 'top', 'bottom'] as const)(
  'a face that is cut off beyond the %s edge is found once, upright',
  async (side) => {
    for (const { picture, face } of known) {
      const cut = cutByEdge(picture, face.area, side, 0.4);
      const found = (await detector.detect(new Pyramid(cut.picture))).filter(
        ({ area }) => sharedWithSmaller(area, cut.face) > 0.5,
      );
      expect(found).toHaveLength(1);
      const { leftEye, rightEye } = (found[0] as Detection).landmarks;
      expect(leftEye[0]).toBeGreaterThan(rightEye[0]);
    }
  },
);

test('people of a group are each found once, whichever part of the picture is cut out', async () => {
  const picture = await pixels(6);
  const people = await detector.detect(new Pyramid(picture));
  expect(people).toHaveLength(peopleInSample[6]);
  for (const { area } of people) {
    for (const side of ['left', 'right'] as const) {
      const found = await detector.detect(new Pyramid(cutByEdge(picture, area, side, 0.4).picture));
      for (const [index, one] of found.entries()) {
        for (const other of found.slice(index + 1)) {
          expect(sharedWithSmaller(one.area, other.area)).toBeLessThanOrEqual(0.5);
        }
      }
    }
  }
});

describe('a face that stands on its head', () => {
  test('is found so, and no upright one is', async () => {
    for (const { picture, face } of known) {
      const cut = await cutToFace(picture, face.area, 1, 1);
      const { leftEye, rightEye } = face.landmarks;
      expect(leftEye[0]).toBeGreaterThan(rightEye[0]);
      const [turned, ...others] = await detector.detect(new Pyramid(upsideDown(cut.picture)));
      expect(others).toEqual([]);
      expect(turned?.landmarks.leftEye[0]).toBeLessThan(turned?.landmarks.rightEye[0] as number);
    }
  });
});

function upsideDown({ width, height, pixels }: DecodedPicture): DecodedPicture {
  const turned = new Uint8Array(pixels.length);
  for (let pixel = 0; pixel < width * height; pixel++) {
    turned.set(pixels.subarray(3 * pixel, 3 * pixel + 3), 3 * (width * height - 1 - pixel));
  }
  return { width, height, pixels: turned };
}

describe('confidence', () => {
  test('of a clear face is 0.95 and more, by each detector', async () => {
    for (const name of ['mediapipe', 'ssd', 'mediapipe+ssd'] as const) {
      for (const { picture } of known) {
        const [first] = await detector.detect(new Pyramid(picture), name);
        expect(first?.confidence, name).toBeGreaterThanOrEqual(0.95);
      }
    }
  });

  test('is what a threshold is compared with', async () => {
    const strict = await loadDetector(0.95);
    const [first] = known as [Known];
    const cut = cutByEdge(first.picture, first.face.area, 'top', 0.4);
    const all = await detector.detect(new Pyramid(cut.picture));
    expect(await strict.detect(new Pyramid(cut.picture))).toEqual(
      all.filter(({ confidence }) => confidence >= 0.95),
    );
  });
});

describe('skip', () => {
  test('takes the picture for the face, whose parts the mesh tells', async () => {
    const [{ picture, face, embedding }] = known as [Known];
    const cut = await cutToFace(picture, face.area, 1, 1);
    const pyramid = new Pyramid(cut.picture);
    const [whole, ...others] = await detector.detect(pyramid, 'skip');
    expect(others).toEqual([]);
    expect(whole).toMatchObject({
      area: { x: 0, y: 0, w: cut.picture.width, h: cut.picture.height },
      confidence: 1,
    });
    const [again] = (await embed(pyramid, [(whole as Detection).landmarks])) as [Float32Array];
    const { distance } = compareEmbeddings(embedding, again, 'cosine');
    expect(distance).toBeLessThan(embeddingModels.MobileFaceNet.thresholds.cosine / 2);
  });

  test('tells no parts where the mesh sees no face', async () => {
    const { width, height, pixels } = await pictureOfNobody();
    const [whole] = await detector.detect(new Pyramid({ width, height, pixels }), 'skip');
    expect(whole?.area).toEqual({
      ...{ x: 0, y: 0, w: width, h: height },
      ...{ left_eye: null, right_eye: null, nose: null, mouth_left: null, mouth_right: null },
    });
  });
});
