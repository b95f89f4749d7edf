/**
 * The pictures on which speed is measured, the same each time. They are made of face-api's samples, or of the
 * pictures of a folder if the command line names one.
 */
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { sampleFolder } from '../../local/models/packages.ts';
import { openLfw } from './lfw.ts';
import { plainPicture } from './plain-pictures.ts';

const sampleFile = (number: number) => join(sampleFolder, `sample${number}.jpg`);

/** Cuts one face out of a sample, as a square picture. */
export async function oneFacePicture(side: number): Promise<Buffer> {
  return sharp(sampleFile(1))
    .extract({ left: 1350, top: 100, width: 450, height: 450 })
    .resize(side, side)
    .jpeg({ quality: 90 })
    .toBuffer();
}

/**
 * Makes a square picture without anybody: clouds, which a detector takes for faces more often than an even
 * wall.
 */
export async function nobodyPicture(side: number): Promise<Buffer> {
  const { width, height, pixels } = plainPicture('clouds', side, side, 1);
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/**
 * Makes a picture of 24 megapixels with as many faces as the crowd has, 36 to 60 pixels wide and far from
 * each other.
 */
export async function largePicture(): Promise<Buffer> {
  const random = randomNumbers();
  const next = () => random.next().value;
  const crops = sampleCrops();
  const [width, height] = [6000, 4000];
  const [cellWidth, cellHeight] = [width / crowd.columns, height / crowd.rows];
  const overlays = Array.from({ length: crowdSize }, async (_, index) => {
    const side = Math.round((36 + 24 * next()) / crowd.faceShare);
    const left = Math.round((index % crowd.columns) * cellWidth + (cellWidth - side) * next());
    const top = Math.round(Math.floor(index / crowd.columns) * cellHeight + (cellHeight - side) * next());
    const crop = crops[index % crops.length] as Sharp;
    return { left, top, input: await crop.clone().resize(side, side).png().toBuffer() };
  });
  return sharp({ create: { width, height, channels: 3, background: '#6f7a80' } })
    .composite(await Promise.all(overlays))
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** The samples' faces: number of the sample, middle (x, y) and side of the face's box, in pixels. */
const sampleFaces = [
  ...[[1, 512, 496, 194] as const, [1, 941, 545, 176] as const, [1, 1581, 321, 152] as const],
  ...[[2, 439, 287, 204] as const, [2, 988, 366, 246] as const, [2, 1545, 280, 206] as const],
  ...[[3, 695, 479, 212] as const, [3, 1184, 371, 242] as const, [3, 1580, 455, 206] as const],
  ...[[4, 331, 335, 176] as const, [4, 752, 192, 172] as const, [4, 1079, 320, 204] as const],
  ...[[4, 1364, 287, 176] as const, [5, 466, 1035, 212] as const, [5, 676, 556, 192] as const],
  ...[[5, 860, 236, 168] as const, [5, 1199, 336, 196] as const, [5, 1511, 542, 208] as const],
  ...[[6, 356, 638, 226] as const, [6, 772, 493, 240] as const, [6, 1267, 463, 232] as const],
  ...[[6, 1590, 425, 236] as const],
] as const;

/**
 * The crowd's grid and size in pixels, the side of a face's crop, and the share of it that the face's box
 * takes.
 */
const crowd = { columns: 8, rows: 5, width: 1920, height: 1080, cropSide: 208, faceShare: 130 / 208 };

export const crowdSize = crowd.columns * crowd.rows;

/** Makes a crowd: each face is about 130 pixels wide, and somewhat off the middle of its cell. */
export async function crowdPicture(data: string | undefined): Promise<Buffer> {
  const random = randomNumbers();
  const next = () => random.next().value;
  const crops = shuffled(data === undefined ? sampleCrops() : await crops250(data), next);
  const [cellWidth, cellHeight] = [crowd.width / crowd.columns, crowd.height / crowd.rows];
  const places = Array.from({ length: crowdSize }, (_, index) => {
    const side = Math.round(crowd.cropSide * (0.9 + 0.13 * next()));
    const left = Math.round((index % crowd.columns) * cellWidth + (cellWidth - side) * next());
    const top = Math.round(Math.floor(index / crowd.columns) * cellHeight + (cellHeight - side) * next());
    return { side, left, top, crop: crops[index % crops.length] as Sharp };
  });
  const overlays = await Promise.all(
    places.map(async ({ side, left, top, crop }) => {
      return { left, top, input: await crop.clone().resize(side, side).png().toBuffer() };
    }),
  );
  const { width, height } = crowd;
  return sharp({ create: { width, height, channels: 3, background: '#6f7a80' } })
    .composite(overlays)
    .jpeg({ quality: 90 })
    .toBuffer();
}

function sampleCrops(): Sharp[] {
  return sampleFaces.map(([number, x, y, box]) => {
    const side = Math.round(box / crowd.faceShare);
    const [left, top] = [Math.max(0, Math.round(x - side / 2)), Math.max(0, Math.round(y - side / 2))];
    return sharp(sampleFile(number)).extract({ left, top, width: side, height: side });
  });
}

/** Cuts out the middle of LFW's pictures of 250x250 pixels, of as many people as the crowd has faces. */
async function crops250(data: string): Promise<Sharp[]> {
  const { folder, pictures } = await openLfw(data);
  const firsts = pictures.filter((name) => name.endsWith('_0001.jpg'));
  const step = Math.max(1, Math.floor(firsts.length / crowdSize));
  return firsts
    .filter((_, index) => index % step === 0)
    .slice(0, crowdSize)
    .map((name) => sharp(join(folder, name)).extract({ left: 45, top: 45, width: 160, height: 160 }));
}

/** Shuffles values (Fisher and Yates). */
function shuffled<T>(values: readonly T[], next: () => number): T[] {
  const mixed = [...values];
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = Math.floor((last + 1) * next());
    [mixed[last], mixed[other]] = [mixed[other] as T, mixed[last] as T];
  }
  return mixed;
}

/**
 * Yields random numbers 0..1 that are the same each time: a linear congruential generator (Numerical
 * Recipes).
 */
function* randomNumbers(): Generator<number, never> {
  for (let state = 1; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}
