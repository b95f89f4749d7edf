import type { EngineDetector } from '../../../contract/vocabulary.ts';
import type { Pixels, Similarity } from '../geometry/align.ts';
import type { Pyramid } from '../geometry/pyramid.ts';
import { blazeFaceInput, type DetectFaces, type FoundFace } from './blazeface.ts';
import { ssdInput } from './ssd.ts';

/** The networks that look for faces: BlazeFace sees large ones quickly, SSD small ones slowly. */
export interface Looks {
  readonly blazeFace: DetectFaces;
  readonly ssd: () => Promise<DetectFaces>;
}

/** More faces than this in one picture are left out, the least certain first. */
const maxFaces = 200;

/** Looks of SSD at one picture, at most: they show 24 megapixels at full size; a larger picture is looked at less finely. */
const maxSsdLooks = 250;

/** Where SSD finds faces of fewer pixels of its square, there may be more that it can't see yet. */
const smallForSsd = 40;

/** 0..1: SSD takes other things for a face where it is less sure than this; of 495 faces of mosaics it was of two. */
const minSsdConfidence = 0.6;

/** 0..1: even what SSD is only so sure of is a reason to look closer. */
export const suspicion = 0.15;

/** Looks of SSD at a picture in which nobody is found, nor suspected: they show two megapixels at full size, 24 at a third. */
const maxVainLooks = 30;

/** A face that takes this share of BlazeFace's square is a close one; it places smaller ones badly. */
const closeShare = 1 / 12;

/** 0..1: BlazeFace also takes a pattern for a face now and then; where it is as sure as this, SSD need not look. */
const sureConfidence = 0.7;

/** At a longer side of at most so many pixels BlazeFace sees all that SSD sees. */
const tinyPicture = 320;

/** Looks for all faces of a picture: with the one network, or with SSD too where BlazeFace's first look does not settle it. */
export async function findFaces(
  pyramid: Pyramid,
  looks: Looks,
  detector: EngineDetector,
  minConfidence: number,
): Promise<FoundFace[]> {
  const { picture } = pyramid;
  const first = detector === 'ssd' ? [] : await lookAtAll(pyramid, looks.blazeFace);
  if (detector === 'mediapipe' || (detector === 'mediapipe+ssd' && settles(first, picture))) {
    return merge(first).slice(0, maxFaces);
  }
  const close = first.filter((face) => isClose(face, picture));
  return merge([
    ...close,
    ...(await lookCloser(pyramid, await looks.ssd(), Math.max(minSsdConfidence, minConfidence))),
  ]).slice(0, maxFaces);
}

/** BlazeFace on the whole picture; where it is not sure of anybody, also as if it stood on its head; where it shows nobody, as if it lay on its side. */
async function lookAtAll(pyramid: Pyramid, detect: DetectFaces): Promise<FoundFace[]> {
  const views = [...wholeViews(pyramid.picture)];
  let best: FoundFace[] = [];
  for (const turn of [0, 2, 1, 3]) {
    const isSettled = surest(best) >= uprightConfidence || (turn % 2 === 1 && best.length > 0);
    if (isSettled) break;
    const turned = views.map((view) => quarterTurned(view, turn));
    const faces = (await detect(pyramid, turned)).flat();
    if (best.length === 0 || surest(faces) > surest(best) + turnMargin) best = faces;
  }
  return best;
}

/** 0..1: of most faces that stand on their heads BlazeFace is less sure than this, and by more than the margin than of the same turned. */
const uprightConfidence = 0.7;
const turnMargin = 0.1;

function surest(faces: readonly FoundFace[]): number {
  return Math.max(0, ...faces.map(({ confidence }) => confidence));
}

/** The view with its square turned about its middle. */
function quarterTurned({ a, b, tx, ty }: Similarity, turn: number): Similarity {
  const last = blazeFaceInput.size - 1;
  let view = { a, b, tx, ty };
  for (let count = 0; count < turn; count++) {
    view = { a: -view.b, b: view.a, tx: last - view.ty, ty: view.tx };
  }
  return view;
}

function settles(faces: readonly FoundFace[], picture: Pixels): boolean {
  if (faces.length === 0) return false;
  return (
    longerSide(picture) <= tinyPicture ||
    faces.every((face) => face.confidence >= sureConfidence && isClose(face, picture))
  );
}

function isClose({ w, h }: FoundFace, picture: Pixels): boolean {
  return Math.max(w, h) >= closeShare * viewLength(picture);
}

/**
 * SSD on the whole picture, then on parts of it at twice the size and so on, up to its own, as long as the last looks found or suspected faces
 * so small that there may be smaller ones.
 */
async function lookCloser(
  pyramid: Pyramid,
  detect: DetectFaces,
  minConfidence: number,
): Promise<FoundFace[]> {
  const { picture } = pyramid;
  const found: FoundFace[] = [];
  let spent = 0;
  let isHopeful = false;
  for (let scale = Math.min(1, ssdInput.size / longerSide(picture)); ; scale = Math.min(1, 2 * scale)) {
    const views = partViews(picture, scale);
    spent += views.length;
    if (spent > (isHopeful ? maxSsdLooks : maxVainLooks)) return found;
    const guesses = (await detect(pyramid, views)).flat();
    found.push(...guesses.filter(({ confidence }) => confidence >= minConfidence));
    isHopeful = guesses.some(({ h }) => h * scale < smallForSsd);
    if (scale === 1 || (found.length > 0 && !isHopeful)) return found;
  }
}

function longerSide({ width, height }: Pixels): number {
  return Math.max(width, height);
}

/** How far parts of the picture overlap, in pixels of SSD's square: larger faces are seen by a coarser look. */
const overlapOfParts = 96;

/** Squares of SSD's size that cover the picture at this scale. */
function partViews({ width, height }: Pixels, scale: number): Similarity[] {
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

/** A picture that is longer than this many times its shorter side is looked at in parts of that shape. */
const maxAspect = 2;
const maxParts = 16;

/** How many of the picture's pixels BlazeFace's square shows along a side. */
function viewLength({ width, height }: Pixels): number {
  return Math.min(Math.max(width, height), maxAspect * Math.min(width, height));
}

/**
 * Brings the whole picture into BlazeFace's square; or of a long one, parts that overlap by its shorter side, so that every face lies whole in
 * one of them. (Past 16 parts they are longer: there the picture is a strip that shows no face worth the time.)
 */
function* wholeViews({ width, height }: Pixels): Generator<Similarity> {
  const [longer, shorter] = [Math.max(width, height), Math.min(width, height)];
  const step = longer <= maxAspect * shorter ? longer : Math.max(shorter, Math.ceil(longer / maxParts));
  for (let start = 0; start === 0 || start + shorter < longer; start += step) {
    const length = Math.min(longer - start, step + shorter);
    const scale = blazeFaceInput.size / length;
    const shift = (from: number) => scale * (0.5 - from) - 0.5;
    yield {
      a: scale,
      b: 0,
      tx: shift(width > height ? start : 0),
      ty: shift(width > height ? 0 : start),
    };
  }
}

/** Of boxes that mean one face, the surest, with the points that any of them tells. */
function merge(faces: readonly FoundFace[]): FoundFace[] {
  const kept: FoundFace[] = [];
  for (const face of faces.toSorted((one, other) => other.confidence - one.confidence)) {
    const index = kept.findIndex((other) => sharedWithSmaller(face, other) > 0.5);
    const surer = kept[index];
    if (!surer) kept.push(face);
    else if (face.points && !surer.points && isAsLarge(face, surer)) {
      kept[index] = { ...face, confidence: surer.confidence };
    }
  }
  return kept;
}

function isAsLarge(one: FoundFace, other: FoundFace): boolean {
  const ratio = Math.max(one.w, one.h) / Math.max(other.w, other.h);
  return ratio > 0.5 && ratio < 2;
}

/** The share of the smaller box that lies in the other, 0..1: a part's edge may have cut one of them. */
function sharedWithSmaller(one: FoundFace, other: FoundFace): number {
  const w = Math.min(one.x + one.w, other.x + other.w) - Math.max(one.x, other.x);
  const h = Math.min(one.y + one.h, other.y + other.h) - Math.max(one.y, other.y);
  if (w <= 0 || h <= 0) return 0;
  return (w * h) / Math.min(one.w * one.h, other.w * other.h);
}
