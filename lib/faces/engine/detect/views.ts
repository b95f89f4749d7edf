/** Maps from a picture, or a part of it, to BlazeFace's square. */

import type { DecodedPicture } from '../../../inputs/picture.ts';
import type { Similarity } from '../geometry/align.ts';
import { blazeFaceInput, type FoundFace, tileSize } from './blazeface.ts';

const { size } = blazeFaceInput;

/** A picture that is longer than this many times its shorter side is looked at in parts of that shape. */
const maxAspect = 2;
const maxParts = 16;

/** Counts the picture's pixels that the square shows along a side. */
export function viewLength({ width, height }: DecodedPicture): number {
  return Math.min(Math.max(width, height), maxAspect * Math.min(width, height));
}

/**
 * Shows the whole picture; or of a long one, parts that overlap by its shorter side, so that every face
 * lies whole in one of them. (Past 16 parts they are longer: there the picture is a strip that shows no
 * face worth the time.)
 */
export function wholeViews({ width, height }: DecodedPicture): Similarity[] {
  const [longer, shorter] = [Math.max(width, height), Math.min(width, height)];
  const step = longer <= maxAspect * shorter ? longer : Math.max(shorter, Math.ceil(longer / maxParts));
  const views: Similarity[] = [];
  for (let start = 0; start === 0 || start + shorter < longer; start += step) {
    const length = Math.min(longer - start, step + shorter);
    const scale = size / length;
    const shift = (from: number) => scale * (0.5 - from) - 0.5;
    views.push({
      a: scale,
      b: 0,
      tx: shift(width > height ? start : 0),
      ty: shift(width > height ? 0 : start),
    });
  }
  return views;
}

/** Puts a border around a view: what it shows takes this share of the square's side. */
export function withBorder({ a, b, tx, ty }: Similarity, share: number): Similarity {
  const shift = ((size - 1) * (1 - share)) / 2;
  return { a: share * a, b: share * b, tx: share * tx + shift, ty: share * ty + shift };
}

/** Turns a view's square clockwise about its middle, by quarters of a turn. */
export function quarterTurned(view: Similarity, turn: number, side = size): Similarity {
  const last = side - 1;
  let turned = view;
  for (let count = 0; count < turn; count++) {
    const { a, b, tx, ty } = turned;
    turned = { a: -b, b: a, tx: last - ty, ty: tx };
  }
  return turned;
}

/** A face's box takes so many pixels of the square in a close look: there BlazeFace is surest. */
const closeSize = 64;

/** The same of a tile. With more, too little is seen around a face whose size was guessed wrong. */
const closeSizeInTile = 52;

/** Shows a face in the middle of the square, with what is around it. */
export function closeView(face: FoundFace, turn: number): Similarity {
  return centred(face, turn, closeSize, size);
}

/** Shows a face in the middle of a tile, with what is around it. */
export function tileView(face: FoundFace, turn: number): Similarity {
  return centred(face, turn, closeSizeInTile, tileSize);
}

function centred({ x, y, w, h }: FoundFace, turn: number, faceSize: number, side: number): Similarity {
  const scale = faceSize / Math.max(w, h);
  const middle = (side - 1) / 2;
  const view = { a: scale, b: 0, tx: middle - scale * (x + w / 2), ty: middle - scale * (y + h / 2) };
  return quarterTurned(view, turn, side);
}

/**
 * Overlap of the picture's parts, and their reach beyond its edges, in pixels of the square. Larger faces
 * are seen by a coarser look.
 */
const overlapOfParts = 56;
const beyondEdge = 12;

/** Lists squares that cover the picture at this scale, with a border around it. */
export function partViews({ width, height }: DecodedPicture, scale: number): Similarity[] {
  const starts = (length: number) => {
    const scaled = length * scale + 2 * beyondEdge;
    const count = scaled <= size ? 1 : Math.ceil((scaled - overlapOfParts) / (size - overlapOfParts));
    return Array.from({ length: count }, (_, index) =>
      count === 1 ? (length * scale - size) / 2 : -beyondEdge + (index * (scaled - size)) / (count - 1),
    );
  };
  const shift = scale / 2 - 0.5;
  return starts(height).flatMap((top) =>
    starts(width).map((left) => ({ a: scale, b: 0, tx: shift - left, ty: shift - top })),
  );
}
