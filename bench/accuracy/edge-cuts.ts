/** Pictures whose face fills them, or is cut by their edge. */

import sharp from 'sharp';
import type { Box } from '../../lib/contract/shapes.ts';
import type { DecodedPicture } from '../../lib/inputs/picture.ts';

export interface EdgeCut {
  readonly name: string;
  readonly picture: DecodedPicture;
  /** Rest of the face's box, in pixels of the cut picture. */
  readonly face: Box;
}

export type Side = 'left' | 'right' | 'top' | 'bottom';

/** Cuts out the middle of a face's box, and enlarges it. */
export async function cutToFace(
  picture: DecodedPicture,
  area: Box,
  share: number,
  factor: number,
): Promise<EdgeCut> {
  const [w, h] = [Math.round(area.w * share), Math.round(area.h * share)];
  const part = cutOut(picture, {
    x: area.x + Math.round((area.w - w) / 2),
    y: area.y + Math.round((area.h - h) / 2),
    w,
    h,
  });
  const { width, height } = { width: factor * w, height: factor * h };
  const pixels = factor === 1 ? part.pixels : await enlarged(part, width, height);
  const name = `${share} of the box, ${factor} times its size`;
  return { name, picture: { width, height, pixels }, face: { x: 0, y: 0, w: width, h: height } };
}

async function enlarged({ width, height, pixels }: DecodedPicture, toWidth: number, toHeight: number) {
  const raw = { width, height, channels: 3 as const };
  return sharp(pixels, { raw }).resize(toWidth, toHeight, { fit: 'fill' }).raw().toBuffer();
}

/** Cuts off a picture what lies beyond an edge: a share of a face's box at a side, and all beyond. */
export function cutByEdge(picture: DecodedPicture, area: Box, side: Side, share: number): EdgeCut {
  const { width, height } = picture;
  const cut = { left: 0, top: 0, right: width, bottom: height };
  if (side === 'left') cut.left = Math.round(area.x + share * area.w);
  if (side === 'right') cut.right = Math.round(area.x + (1 - share) * area.w);
  if (side === 'top') cut.top = Math.round(area.y + share * area.h);
  if (side === 'bottom') cut.bottom = Math.round(area.y + (1 - share) * area.h);
  const { left, top, right, bottom } = cut;
  const x = Math.max(area.x, left);
  const y = Math.max(area.y, top);
  return {
    name: `${100 * share}% cut off, ${side}`,
    picture: cutOut(picture, { x: left, y: top, w: right - left, h: bottom - top }),
    face: {
      x: x - left,
      y: y - top,
      w: Math.min(area.x + area.w, right) - x,
      h: Math.min(area.y + area.h, bottom) - y,
    },
  };
}

export function cutOut({ width, pixels }: DecodedPicture, { x, y, w, h }: Box): DecodedPicture {
  const part = new Uint8Array(3 * w * h);
  for (let row = 0; row < h; row++) {
    const from = 3 * ((y + row) * width + x);
    part.set(pixels.subarray(from, from + 3 * w), 3 * row * w);
  }
  return { width: w, height: h, pixels: part };
}
