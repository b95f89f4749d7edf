import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Box } from '../../lib/contract/shapes.ts';

/**
 * Pictures of people for the tests. The woman in the middle of sample3 is also the right-most of sample1. All
 * others are different people.
 */

const folder = join(import.meta.dirname, '../../node_modules/@vladmandic/face-api/demo');

/** Reads a group picture, 1920 pixels wide, or `height` pixels high if a smaller one is enough. */
export async function sample(number: 1 | 2 | 3 | 4 | 5 | 6, height?: number): Promise<Buffer> {
  const original = await readFile(join(folder, `sample${number}.jpg`));
  return height === undefined
    ? original
    : sharp(original).resize({ height }).jpeg({ quality: 95 }).toBuffer();
}

/** Sorts boxes from left to right. */
export function leftToRight<Area extends Pick<Box, 'x'>>(areas: readonly Area[]): Area[] {
  return areas.toSorted((one, other) => one.x - other.x);
}

/** Cuts out a face with a margin of 40% of its box on each side, as far as the picture goes. */
export async function cropFace(picture: Uint8Array, { x, y, w, h }: Box): Promise<Buffer> {
  const { width, height } = await sharp(picture).metadata();
  const left = Math.max(0, Math.round(x - 0.4 * w));
  const top = Math.max(0, Math.round(y - 0.4 * h));
  const right = Math.min(width, Math.round(x + 1.4 * w));
  const bottom = Math.min(height, Math.round(y + 1.4 * h));
  return sharp(picture)
    .extract({ left, top, width: right - left, height: bottom - top })
    .jpeg({ quality: 95 })
    .toBuffer();
}

/** Makes a small picture that shows nothing. Different greys make different pictures. */
export function pictureOfNothing(grey = 128): Promise<Buffer> {
  const background = { r: grey, g: grey, b: grey };
  return sharp({ create: { width: 64, height: 64, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

/** Encodes the same picture with other bytes: another picture, for one who compares bytes. */
export function encodedAgain(picture: Uint8Array, quality = 88): Promise<Buffer> {
  return sharp(picture).jpeg({ quality }).toBuffer();
}
