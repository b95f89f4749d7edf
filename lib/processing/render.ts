import sharp, { type Sharp } from 'sharp';
import type { Box } from '../contract/shapes.ts';
import type { DecodedPicture, Picture } from '../inputs/picture.ts';

/** Colours of the boxes: red for a listed face, green for any other. */
const colours = { match: [220, 20, 30], other: [0, 170, 70] } as const;
/** Without codes that fit the picture a copy is an eighth longer, and takes a third of the time. */
const jpegOptions = { quality: 90, optimizeCoding: false } as const;

function jpeg(pixels: Uint8Array, { width, height }: Pick<Picture, 'width' | 'height'>): Sharp {
  return sharp(pixels, { raw: { width, height, channels: 3 } }).jpeg(jpegOptions);
}

/** Encodes pixels as JPEG. */
export async function encodeJpeg(picture: DecodedPicture): Promise<Uint8Array> {
  return jpeg(picture.pixels, picture).toBuffer();
}

/**
 * Makes a copy of the picture with a box around each face, as JPEG. To save memory, it draws the boxes on the
 * picture's own pixels, and restores them at the end. Nobody else may use the pixels meanwhile.
 */
export async function drawBoxes(
  picture: Picture,
  faces: readonly { box: Box; isMatch: boolean }[],
): Promise<Uint8Array> {
  const thickness = Math.max(2, Math.round(Math.max(picture.width, picture.height) / 300));
  const covered: Span[] = [];
  try {
    for (const { box, isMatch } of faces) {
      covered.push(...drawBox(picture, box, thickness, isMatch ? colours.match : colours.other));
    }
    return await jpeg(picture.pixels, picture).toBuffer();
  } finally {
    for (const { start, pixels } of covered.reverse()) picture.pixels.set(pixels, start);
  }
}

/** Pixels of a part of a row, before a box was drawn on them. */
interface Span {
  readonly start: number;
  readonly pixels: Uint8Array;
}

/**
 * Draws a box.
 * @returns the pixels that it has covered, in order
 */
function drawBox(
  { width, height, pixels }: Picture,
  { x, y, w, h }: Box,
  thickness: number,
  colour: readonly [number, number, number],
): Span[] {
  const covered: Span[] = [];
  const fill = (left: number, top: number, right: number, bottom: number) => {
    const from = Math.max(0, left);
    const to = Math.min(width, right);
    for (let row = Math.max(0, top); row < Math.min(height, bottom) && from < to; row++) {
      const start = 3 * (row * width + from);
      covered.push({ start, pixels: pixels.slice(start, start + 3 * (to - from)) });
      for (let at = start; at < start + 3 * (to - from); at += 3) pixels.set(colour, at);
    }
  };
  fill(x, y, x + w, y + thickness);
  fill(x, y + h - thickness, x + w, y + h);
  fill(x, y, x + thickness, y + h);
  fill(x + w - thickness, y, x + w, y + h);
  return covered;
}

/**
 * Cuts out a face with a margin of `padding` times its box, half on each side, as JPEG. The margin ends at
 * the picture's edge.
 */
export async function cropFace(picture: Picture, box: Box, padding: number): Promise<Uint8Array> {
  const left = Math.max(0, Math.round(box.x - (box.w * padding) / 2));
  const top = Math.max(0, Math.round(box.y - (box.h * padding) / 2));
  const right = Math.min(picture.width, Math.round(box.x + box.w + (box.w * padding) / 2));
  const bottom = Math.min(picture.height, Math.round(box.y + box.h + (box.h * padding) / 2));
  return jpeg(picture.pixels, picture)
    .extract({ left, top, width: right - left, height: bottom - top })
    .toBuffer();
}
