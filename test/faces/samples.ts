import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import type { Box } from '../../lib/contract/shapes.ts';
import type { Face } from '../../lib/faces/face.ts';
import type { FaceBackend } from '../../lib/faces/port.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import type { Picture } from '../../lib/inputs/picture.ts';

/** Sample pictures of face-api, and pictures made from them. */

const folder = join(
  dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')),
  'demo',
);

export type SampleNumber = 1 | 2 | 3 | 4 | 5 | 6;
export const sampleNumbers: readonly SampleNumber[] = [1, 2, 3, 4, 5, 6];

/**
 * Number of women in each sample picture, which is 1920 pixels wide. The right-most of 1 is the one in the
 * middle of 3; all others are different people. The left-most of 2 is seen from the side.
 */
export const peopleInSample: Readonly<Record<SampleNumber, number>> = { 1: 3, 2: 3, 3: 3, 4: 4, 5: 5, 6: 4 };

const file = (number: SampleNumber) => join(folder, `sample${number}.jpg`);

export async function sample(number: SampleNumber): Promise<Picture> {
  return decodePicture(await readFile(file(number)));
}

/**
 * Gives a sample at half its size. It takes a fraction of the time, and its faces are still 100 pixels wide.
 */
export async function smallSample(number: SampleNumber): Promise<Picture> {
  const made = smallSamples.get(number) ?? halved(number);
  smallSamples.set(number, made);
  return { ...(await made) };
}

/** Samples at half their sizes, each made once. */
const smallSamples = new Map<SampleNumber, Promise<Picture>>();

async function halved(number: SampleNumber): Promise<Picture> {
  return decodePicture(await sharp(file(number)).resize(960).png().toBuffer());
}

function raw({ pixels, width, height }: Picture) {
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** Cuts out one face of a picture, with half of its box's size around it. */
export async function portrait(picture: Picture, { x, y, w, h }: Box): Promise<Picture> {
  const left = Math.max(0, Math.round(x - w / 2));
  const top = Math.max(0, Math.round(y - h / 2));
  const width = Math.min(picture.width, Math.round(x + 1.5 * w)) - left;
  const height = Math.min(picture.height, Math.round(y + 1.5 * h)) - top;
  return decodePicture(await raw(picture).extract({ left, top, width, height }).png().toBuffer());
}

/** Turns the picture in its plane, on a gray background. */
export async function turned(picture: Picture, degrees: number): Promise<Picture> {
  return decodePicture(await raw(picture).rotate(degrees, { background: '#808080' }).png().toBuffer());
}

/** Blurs the picture, as if out of focus; `sigma` is in pixels. */
export async function blurredPicture(picture: Picture, sigma: number): Promise<Picture> {
  return decodePicture(await raw(picture).blur(sigma).png().toBuffer());
}

/** Paints a sky: brighter from row to row, and with nobody in it. */
export async function pictureOfNobody(): Promise<Picture> {
  const width = 320;
  const height = 240;
  const pixels = Uint8Array.from({ length: 3 * width * height }, (_, index) => index / (3 * width));
  return decodePicture(
    await sharp(pixels, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
}

export function fromLeftToRight<F extends Face>(faces: readonly F[]): F[] {
  return faces.toSorted((one, other) => one.area.x - other.area.x);
}

/** Cuts out portraits of a sample's people, from left to right. */
export async function portraits(backend: FaceBackend, number: SampleNumber): Promise<Picture[]> {
  const picture = await smallSample(number);
  const faces = fromLeftToRight(await backend.detect(picture, {}));
  return Promise.all(faces.map(({ area }) => portrait(picture, area)));
}

/** Puts two pictures side by side on gray, each enlarged by its factor. */
export async function beside(
  left: Picture,
  leftFactor: number,
  right: Picture,
  rightFactor: number,
): Promise<Picture> {
  const enlarged = (picture: Picture, factor: number) =>
    raw(picture)
      .resize({ width: Math.round(picture.width * factor) })
      .png()
      .toBuffer({ resolveWithObject: true });
  const [one, other] = await Promise.all([enlarged(left, leftFactor), enlarged(right, rightFactor)]);
  const width = one.info.width + other.info.width;
  const height = Math.max(one.info.height, other.info.height);
  return decodePicture(
    await sharp({ create: { width, height, channels: 3, background: '#808080' } })
      .composite([
        { input: one.data, left: 0, top: 0 },
        { input: other.data, left: one.info.width, top: Math.round((height - other.info.height) / 2) },
      ])
      .png()
      .toBuffer(),
  );
}
