import type { Point, Similarity } from '../geometry/align.ts';
import { type NetworkInput, type Pyramid, unmap } from '../geometry/pyramid.ts';
import { modelFile } from '../models/model-files.ts';
import { runSession, startSession } from '../runtime/session.ts';

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

export const blazeFaceInput: NetworkInput = {
  size: 256,
  means: [127.5, 127.5, 127.5],
  scales: [127.5, 127.5, 127.5],
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

/** Of two boxes that share more than this of their union, the less certain is left out. */
const maxOverlap = 0.3;

/**
 * MediaPipe's BlazeFace for the camera on a phone's back, as Human carries it.
 * @param minConfidence 0..1: less certain faces are left out.
 */
export async function loadBlazeFace(minConfidence: number): Promise<DetectFaces> {
  const { size } = blazeFaceInput;
  const session = await startSession(modelFile('blazeface'));
  return async (pyramid, views) => {
    const outputs = await runSession(session, pyramid.cut(views, blazeFaceInput), [
      views.length,
      3,
      size,
      size,
    ]);
    return views.map((view, index) => {
      const found = grids.flatMap((grid) => {
        const scores = part(outputs[grid.scores] as Float32Array, index, views.length);
        const boxes = part(outputs[grid.boxes] as Float32Array, index, views.length);
        return decode(grid, scores, boxes, minConfidence);
      });
      return withoutOverlaps(found, maxOverlap).map((face) => placeInPicture(face, view));
    });
  };
}

/** One picture's share of an output. */
function part(values: Float32Array, index: number, count: number): Float32Array {
  const size = values.length / count;
  return values.subarray(index * size, (index + 1) * size);
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

function shareOfUnion(one: FoundFace, other: FoundFace): number {
  const w = Math.min(one.x + one.w, other.x + other.w) - Math.max(one.x, other.x);
  const h = Math.min(one.y + one.h, other.y + other.h) - Math.max(one.y, other.y);
  const common = Math.max(0, w) * Math.max(0, h);
  return common / (one.w * one.h + other.w * other.h - common);
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
