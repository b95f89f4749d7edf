import type { DecodedPicture } from '../../../inputs/picture.ts';
import type { Similarity } from '../geometry/align.ts';
import type { Pyramid } from '../geometry/pyramid.ts';
import type { DetectFaces, FoundFace } from './blazeface.ts';
import { withoutDoubles } from './overlap.ts';
import { ssdInput } from './ssd.ts';

/**
 * Looks of SSD at one picture, at most: they show 24 megapixels at full size; a larger picture is looked at
 * less finely.
 */
const maxSsdWindows = 250;

/**
 * Size of a face, in pixels of the square. Where SSD finds faces that take less, there may be more that it
 * can't see yet.
 */
const smallForSsd = 40;

/**
 * 0..1: SSD takes other things for a face where it is less sure than this; of 495 faces of mosaics it was
 * of two.
 */
const minSsdConfidence = 0.6;

/** 0..1: even what SSD is only so sure of is a reason to look closer. */
export const suspicion = 0.15;

/**
 * Looks of SSD at a picture in which nobody is found, nor suspected: they show two megapixels at full size,
 * 24 at a third.
 */
const maxWindowsWithoutFace = 30;

/**
 * Looks with SSD at the whole picture, then at parts of it at twice the size and so on, up to its own. It
 * goes on as long as the last looks found or suspected faces so small that there may be smaller ones.
 */
export async function findBySsd(pyramid: Pyramid, look: DetectFaces): Promise<FoundFace[]> {
  const found = await lookCloser(pyramid, look);
  return withoutDoubles(found.toSorted((one, other) => other.confidence - one.confidence));
}

async function lookCloser(pyramid: Pyramid, look: DetectFaces): Promise<FoundFace[]> {
  const { picture } = pyramid;
  const found: FoundFace[] = [];
  let spent = 0;
  let isHopeful = false;
  for (let scale = Math.min(1, ssdInput.size / longerSide(picture)); ; scale = Math.min(1, 2 * scale)) {
    const views = partViews(picture, scale);
    spent += views.length;
    if (spent > (isHopeful ? maxSsdWindows : maxWindowsWithoutFace)) return found;
    const guesses = (await look(pyramid, views)).flat();
    found.push(...guesses.filter(({ confidence }) => confidence >= minSsdConfidence));
    isHopeful = guesses.some(({ h }) => h * scale < smallForSsd);
    if (scale === 1 || (found.length > 0 && !isHopeful)) return found;
  }
}

function longerSide({ width, height }: DecodedPicture): number {
  return Math.max(width, height);
}

/** Overlap of the picture's parts, in pixels of SSD's square. Larger faces are seen by a coarser look. */
const overlapOfParts = 96;

/** Lists squares of SSD's size that cover the picture at this scale. */
function partViews({ width, height }: DecodedPicture, scale: number): Similarity[] {
  const { size } = ssdInput;
  const starts = (length: number) => {
    const scaled = length * scale;
    const count = scaled <= size + 1 ? 1 : Math.ceil((scaled - overlapOfParts) / (size - overlapOfParts));
    return Array.from({ length: count }, (_, index) =>
      count === 1 ? 0 : (index * (scaled - size)) / (count - 1),
    );
  };
  const shift = scale / 2 - 0.5;
  return starts(height).flatMap((top) =>
    starts(width).map((left) => ({ a: scale, b: 0, tx: shift - left, ty: shift - top })),
  );
}
