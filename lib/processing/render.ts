import sharp, { type Sharp } from 'sharp';
import type { Box } from '../contract/shapes.ts';
import type { Picture } from '../inputs/picture.ts';

/** Red marks a listed face, green any other. */
const colours = { match: [220, 20, 30], other: [0, 170, 70] } as const;
const jpegQuality = 90;

function jpeg(pixels: Uint8Array, { width, height }: Pick<Picture, 'width' | 'height'>): Sharp {
  return sharp(pixels, { raw: { width, height, channels: 3 } }).jpeg({ quality: jpegQuality });
}

/** A copy of the picture with a box around each face, as JPEG. */
export async function drawBoxes(
  picture: Picture,
  faces: readonly { box: Box; isMatch: boolean }[],
): Promise<Uint8Array> {
  const pixels = new Uint8Array(picture.pixels);
  const thickness = Math.max(2, Math.round(Math.max(picture.width, picture.height) / 300));
  for (const { box, isMatch } of faces) {
    drawBox(pixels, picture, box, thickness, isMatch ? colours.match : colours.other);
  }
  return jpeg(pixels, picture).toBuffer();
}

function drawBox(
  pixels: Uint8Array,
  { width, height }: Picture,
  { x, y, w, h }: Box,
  thickness: number,
  colour: readonly [number, number, number],
): void {
  const fill = (left: number, top: number, right: number, bottom: number) => {
    for (let row = Math.max(0, top); row < Math.min(height, bottom); row++) {
      for (let column = Math.max(0, left); column < Math.min(width, right); column++) {
        pixels.set(colour, 3 * (row * width + column));
      }
    }
  };
  fill(x, y, x + w, y + thickness);
  fill(x, y + h - thickness, x + w, y + h);
  fill(x, y, x + thickness, y + h);
  fill(x + w - thickness, y, x + w, y + h);
}

/** The face with a margin of `padding` times its box, half on each side, clamped to the picture, as JPEG. */
export async function cropFace(picture: Picture, box: Box, padding: number): Promise<Uint8Array> {
  const left = Math.max(0, Math.round(box.x - (box.w * padding) / 2));
  const top = Math.max(0, Math.round(box.y - (box.h * padding) / 2));
  const right = Math.min(picture.width, Math.round(box.x + box.w + (box.w * padding) / 2));
  const bottom = Math.min(picture.height, Math.round(box.y + box.h + (box.h * padding) / 2));
  return jpeg(picture.pixels, picture)
    .extract({ left, top, width: right - left, height: bottom - top })
    .toBuffer();
}
