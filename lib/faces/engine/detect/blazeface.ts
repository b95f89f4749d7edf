import { batches } from '../../../batches.ts';
import { type Point, type Similarity, unmap } from '../geometry/align.ts';
import type { NetworkInput } from '../geometry/cut-square.ts';
import type { Pyramid } from '../geometry/pyramid.ts';
import { modelFile } from '../models/model-files.ts';
import { runSession, startSession } from '../runtime/session.ts';
import { shareOfUnion } from './overlap.ts';

/** A face as a detector sees it, in pixels of the picture, unrounded. */
export interface FoundFace {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  /** 0..1 */
  readonly confidence: number;
  /** Right eye, left eye, nose, mouth, right ear, left ear: "right" is the person's own. */
  readonly points?: readonly Point[];
}

/**
 * Looks for faces in each view of a picture; a view is what brings the picture into the detector's square.
 */
export type DetectFaces = (pyramid: Pyramid, views: readonly Similarity[]) => Promise<FoundFace[][]>;

/** The detector, with two ways to look. */
export interface BlazeFace {
  /** Looks for faces in each view of a picture. */
  readonly detect: DetectFaces;
  /**
   * Does the same with several small views side by side in one square. A view brings the picture into a
   * tile.
   */
  readonly detectInTiles: DetectFaces;
}

export const blazeFaceInput: NetworkInput = {
  size: 256,
  means: [127.5, 127.5, 127.5],
  scales: [127.5, 127.5, 127.5],
  // On gray it is surer of a face that is cut by the picture's edge than on black.
  outside: 127.5,
};

/**
 * Its two grids: how many anchors each of their cells has, and the outputs of Human's model that belong to
 * them.
 */
const grids = [
  { cells: 16, anchors: 2, scores: 'Identity', boxes: 'Identity_2' },
  { cells: 8, anchors: 6, scores: 'Identity_1', boxes: 'Identity_3' },
] as const;

/**
 * An anchor's numbers: its box's middle, width and height, and six points, all but the size from the anchor
 * on.
 */
const numbersOfBox = 16;

/**
 * Share of the union of two boxes. Of two that share more than this of their union, the less certain is
 * left out.
 */
const maxOverlap = 0.3;

/**
 * MediaPipe's BlazeFace for the camera on a phone's back, as Human carries it.
 * @param minConfidence 0..1: less certain faces are left out.
 */
export async function loadBlazeFace(minConfidence: number): Promise<BlazeFace> {
  const { size } = blazeFaceInput;
  const session = await startSession(modelFile('blazeface'));
  // It takes one square at a time: in batches each takes a third longer, since its layers don't fit the
  // cache.
  const run = async (planes: Float32Array): Promise<FoundFace[]> => {
    const outputs = await runSession(session, planes, [1, 3, size, size]);
    const found = grids.flatMap((grid) =>
      decode(grid, outputs[grid.scores] as Float32Array, outputs[grid.boxes] as Float32Array, minConfidence),
    );
    return withoutOverlaps(found, maxOverlap);
  };
  return {
    async detect(pyramid, views) {
      const faces: FoundFace[][] = [];
      for (const view of views) {
        const found = await run(pyramid.cut([view], blazeFaceInput));
        faces.push(found.map((face) => placeInPicture(face, view)));
      }
      return faces;
    },
    async detectInTiles(pyramid, views) {
      const faces: FoundFace[][] = [];
      for await (const some of batches(views, tilesOfSheet)) {
        const found = await run(sheetOf(pyramid.cut(some, { ...blazeFaceInput, size: tileSize })));
        faces.push(
          ...some.map((view, tile) => facesOfTile(found, tile).map((face) => placeInPicture(face, view))),
        );
      }
      return faces;
    },
  };
}

/** A sheet shows so many tiles a side. */
const tilesAcross = 2;

/** Pixels of a tile's side. */
export const tileSize = blazeFaceInput.size / tilesAcross;

const tilesOfSheet = tilesAcross ** 2;

/**
 * Lays tiles side by side into a square; what is left free stays as gray as what lies outside of a picture.
 */
function sheetOf(tiles: Float32Array): Float32Array {
  const { size } = blazeFaceInput;
  const sheet = new Float32Array(3 * size * size);
  for (let row = 0; row * tileSize < tiles.length; row++) {
    const plane = Math.floor(row / tileSize);
    const { left, top } = cornerOf(Math.floor(plane / 3));
    const to = ((plane % 3) * size + top + (row % tileSize)) * size + left;
    sheet.set(tiles.subarray(row * tileSize, (row + 1) * tileSize), to);
  }
  return sheet;
}

/** A tile's place on its sheet. */
function cornerOf(tile: number): { left: number; top: number } {
  return { left: tileSize * (tile % tilesAcross), top: tileSize * Math.floor(tile / tilesAcross) };
}

/** The faces whose middle lies in a tile, in pixels of the tile. */
function facesOfTile(sheet: readonly FoundFace[], tile: number): FoundFace[] {
  const { left, top } = cornerOf(tile);
  return sheet
    .filter(({ x, y, w, h }) => {
      const [across, down] = [x + w / 2 - left, y + h / 2 - top];
      return across >= 0 && across < tileSize && down >= 0 && down < tileSize;
    })
    .map((face) => ({
      ...face,
      x: face.x - left,
      y: face.y - top,
      ...(face.points && { points: face.points.map(([x, y]): Point => [x - left, y - top]) }),
    }));
}

/** The faces of a grid, in pixels of the square. */
function decode(
  { cells, anchors }: (typeof grids)[number],
  scores: Float32Array,
  boxes: Float32Array,
  minConfidence: number,
): FoundFace[] {
  const stride = blazeFaceInput.size / cells;
  const faces: FoundFace[] = [];
  scores.forEach((score, index) => {
    const confidence = 1 / (1 + Math.exp(-score));
    if (!(confidence >= minConfidence)) return;
    const cell = Math.floor(index / anchors);
    const anchorX = stride * ((cell % cells) + 0.5);
    const anchorY = stride * (Math.floor(cell / cells) + 0.5);
    const numbers = boxes.subarray(numbersOfBox * index, numbersOfBox * (index + 1));
    const at = (place: number): Point => [
      anchorX + (numbers[place] as number),
      anchorY + (numbers[place + 1] as number),
    ];
    const [x, y] = at(0);
    const [w, h] = [numbers[2] as number, numbers[3] as number];
    faces.push({ x: x - w / 2, y: y - h / 2, w, h, confidence, points: [4, 6, 8, 10, 12, 14].map(at) });
  });
  return faces;
}

/** The surest faces, none of which shares more than `most` of its union with a surer one. */
export function withoutOverlaps(faces: readonly FoundFace[], most: number): FoundFace[] {
  const kept: FoundFace[] = [];
  for (const face of faces.toSorted((one, other) => other.confidence - one.confidence)) {
    if (!kept.some((surer) => shareOfUnion(face, surer) > most)) kept.push(face);
  }
  return kept;
}

/**
 * The network counts from the edge of its square, views from the middle of their first pixel. A turned box
 * keeps its middle and sides.
 */
export function placeInPicture(face: FoundFace, view: Similarity): FoundFace {
  const scale = Math.hypot(view.a, view.b);
  const place = ([x, y]: Point) => unmap(view, [x - 0.5, y - 0.5]);
  const [middleX, middleY] = place([face.x + face.w / 2, face.y + face.h / 2]);
  const isSideways = Math.abs(view.b) > Math.abs(view.a);
  const [w, h] = isSideways ? [face.h / scale, face.w / scale] : [face.w / scale, face.h / scale];
  const { confidence, points } = face;
  return {
    x: middleX - w / 2,
    y: middleY - h / 2,
    w,
    h,
    confidence,
    ...(points && { points: points.map(place) }),
  };
}
