import { randomFillSync } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Box } from '../../../lib/contract/shapes.ts';
import type { FaceBackend } from '../../../lib/faces/port.ts';
import { sendWhole } from '../../../lib/faces/rekognition/encode.ts';
import { overlap } from '../../../lib/faces/rekognition/geometry.ts';
import { decodePicture } from '../../../lib/inputs/decode.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { heldPicture, imagesOf, owner } from '../../suites/faces/fixtures.ts';
import { portraits, smallSample } from '../samples.ts';
import { openAdapter, startEmulator } from './open.ts';

const { emulator, stop } = await startEmulator();
afterAll(stop);

const mebibyte = 1024 * 1024;

const wholeOf = (picture: Picture) => sendWhole(picture, async (sent) => sent);

describe('Rekognition takes pictures of any shape', () => {
  let backend: FaceBackend;
  let group: Picture;
  /** Boxes of the group's three faces. */
  let boxes: readonly Box[];
  /** Picture of the woman in its middle. */
  let portrait: Picture;

  beforeAll(async () => {
    backend = openAdapter();
    group = await smallSample(3);
    boxes = (await backend.detect(group, {})).map(({ area }) => area);
    portrait = (await portraits(backend, 3))[1] as Picture;
    await backend.enroll(portrait, owner(2));
  });
  afterAll(() => backend.close());

  /** Expects the same faces, at their places in a picture that is `scale` times as large. */
  async function expectTheGroup(picture: Picture, scale: number): Promise<void> {
    const { faces } = await backend.match(picture, {});
    expect(faces).toHaveLength(boxes.length);
    for (const { x, y, w, h } of boxes) {
      const expected = { x: x * scale, y: y * scale, w: w * scale, h: h * scale };
      const nearest = Math.max(...faces.map(({ area }) => overlap(area, expected)));
      expect(nearest).toBeGreaterThan(0.8);
    }
    expect(faces.flatMap(imagesOf)).toEqual([owner(2).imageId]);
  }

  test.each(['webp', 'gif', 'jpeg'] as const)('%s', async (format) => {
    const picture = await decodePicture(
      await sharp(group.original).toFormat(format, { effort: 1 }).toBuffer(),
    );
    expect(picture.format).toBe(format);
    await expectTheGroup(picture, 1);
  });

  test('a PNG of more than 5 MB', async () => {
    const bytes = await sharp(group.original)
      .resize(2 * group.width)
      .png({ compressionLevel: 0 })
      .toBuffer();
    expect(bytes.length).toBeGreaterThan(6 * mebibyte);
    await expectTheGroup(await decodePicture(bytes), 2);
  });

  test('noise, which hardly gets smaller, is sent with as many pixels as there is room for', async () => {
    const [width, height] = [4000, 3000];
    const pixels = randomFillSync(new Uint8Array(3 * width * height));
    const { bytes, frame } = await wholeOf({ width, height, pixels, original: pixels, format: 'png' });
    expect(bytes.length).toBeLessThanOrEqual(5 * mebibyte);
    expect(bytes.length).toBeGreaterThan(mebibyte);
    expect(frame).toEqual({ x: 0, y: 0, width, height });
  });

  test('12 megapixels, turned by Exif data, as they are', async () => {
    const scale = Math.sqrt(12e6 / (group.width * group.height));
    const [width, height] = [Math.ceil(scale * group.width), Math.ceil(scale * group.height)];
    const upright = await sharp(group.original).resize(width, height).jpeg().toBuffer();
    const bytes = await sharp(upright).rotate(-90).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(await sharp(bytes).metadata()).toMatchObject({ width: height, height: width, orientation: 6 });
    const picture = await decodePicture(bytes);
    expect((await wholeOf(picture)).bytes).toBe(bytes);
    await expectTheGroup(picture, scale);
  });

  test('a PNG turned by Exif data', async () => {
    const bytes = await sharp(group.original).rotate(180).withMetadata({ orientation: 3 }).png().toBuffer();
    await expectTheGroup(await decodePicture(bytes), 1);
  });

  test('what the service sees as it is, is sent as it came; the rest as an upright JPEG', async () => {
    const jpeg = sharp(group.original).rotate(90).withMetadata({ orientation: 8 }).jpeg();
    const turned = sharp(group.original).rotate(90).withMetadata({ orientation: 8 }).png();
    for (const asItCame of [group.original, await jpeg.toBuffer()]) {
      expect((await wholeOf(await decodePicture(asItCame))).bytes).toBe(asItCame);
    }
    // The service ignores Exif data in a PNG, and may refuse a file whose end is missing.
    const others = [turned, sharp(group.original).webp()].map((picture) => picture.toBuffer());
    const endless = [
      group.original.subarray(0, -2),
      (await sharp(group.original).png().toBuffer()).subarray(0, -12),
    ];
    for (const other of [...(await Promise.all(others)), ...endless]) {
      const { bytes } = await wholeOf(await decodePicture(other));
      const { format, width, height, orientation } = await sharp(bytes).metadata();
      expect({ format, width, height }).toEqual({ format: 'jpeg', width: group.width, height: group.height });
      expect(orientation).toBeUndefined();
    }
  });

  test('a portrait of 60x60 pixels', async () => {
    const bytes = await sharp(portrait.original).resize(60, 60, { fit: 'fill' }).png().toBuffer();
    const { faces } = await backend.match(await decodePicture(bytes), { threshold: 1 });
    expect(faces.map(imagesOf)).toEqual([[owner(2).imageId]]);
    const centre = { x: 15, y: 15, w: 30, h: 30 };
    expect(overlap(faces[0]?.area as Box, centre)).toBeGreaterThan(0.5);
  });

  test.each([
    [1, 1],
    [1000, 10],
    [100, 3000],
  ])('%i by %i pixels without a face', async (width, height) => {
    const create = { width, height, channels: 3, background: 'white' } as const;
    const picture = await decodePicture(await sharp({ create }).png().toBuffer());
    expect((await backend.match(picture, {})).faces).toEqual([]);
  });

  test('all of them without a call that the service refused for its picture', () => {
    const refusals = emulator.calls.list().flatMap(({ error }) => error ?? []);
    // Both are normal: a search refuses a picture without a face this way, and the first face finds no
    // collection.
    expect(new Set(refusals)).toEqual(new Set(['InvalidParameterException', 'ResourceNotFoundException']));
  });

  test.each(['InvalidImageFormatException', 'ImageTooLargeException'] as const)(
    'once more, encoded again, if it refuses the original with %s',
    async (error) => {
      const operations = ['DetectFaces', 'SearchFacesByImage', 'IndexFaces', 'CompareFaces'] as const;
      const refuseFirst = () =>
        emulator.faults.set(
          operations.map((operation) => ({ kind: 'error', every: 1, times: 1, operation, error })),
        );
      try {
        refuseFirst();
        await expectTheGroup(group, 1);
        expect(emulator.faults.list().map(({ strikes }) => strikes)).toEqual([1, 1, 0, 0]);
        refuseFirst();
        const enrolled = await backend.enroll(portrait, owner(7));
        expect(enrolled.faceCount).toBe(1);
        await backend.remove([{ ...owner(7), faceId: enrolled.face.id }]);
        refuseFirst();
        const compared = await backend.compare(heldPicture(portrait), heldPicture(portrait), {});
        expect(compared.similarity).toBeGreaterThan(99);
        emulator.faults.set([{ kind: 'error', every: 1, error }]);
        emulator.calls.reset();
        await expect(backend.detect(group, {})).rejects.toMatchObject({
          code: error === 'ImageTooLargeException' ? 'input_too_large' : 'input_unreadable',
        });
        expect(emulator.calls.counts()).toEqual({ DetectFaces: 2 });
      } finally {
        emulator.faults.set([]);
      }
    },
  );
});
