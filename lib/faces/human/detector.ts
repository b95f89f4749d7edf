import type { Box, FacialArea } from '../../contract/shapes.ts';
import type { Pixels, Point, Similarity } from './align.ts';
import { blazeFaceSight, type FoundFace, loadBlazeFace } from './blazeface.ts';
import { type FindMeshes, loadMesh } from './mesh.ts';
import type { Pyramid } from './pyramid.ts';

/** Where the parts of a face are, in pixels of the picture, unrounded. "Left" is the person's own left. */
export interface Landmarks {
  readonly leftEye: Point;
  readonly rightEye: Point;
  readonly noseTip: Point;
  readonly mouthCentre: Point;
  /** What only the face mesh tells; a face that turns too far away has none. */
  readonly mesh?: {
    readonly mouthLeft: Point;
    readonly mouthRight: Point;
    readonly leftEyeOuter: Point;
    readonly leftEyeInner: Point;
    readonly rightEyeOuter: Point;
    readonly rightEyeInner: Point;
    readonly noseBase: Point;
  };
}

export interface Detection {
  readonly area: FacialArea;
  /** 0..1, of the box. */
  readonly confidence: number;
  readonly landmarks: Landmarks;
}

export interface Detector {
  /** Every face of the picture, largest first. */
  detect(pyramid: Pyramid): Promise<Detection[]>;
}

/** More faces than this in one picture are left out, the least certain first. */
const maxFaces = 200;

/** 0..1: where the mesh is less sure that it sees a face, say because it is turned too far away, the detector's own points count. */
const minMeshConfidence = 0.4;

/**
 * BlazeFace and the face mesh on this thread.
 * @param minConfidence 0..1: faces whose box is less certain are left out.
 */
export async function loadDetector(minConfidence: number): Promise<Detector> {
  const [look, findMeshes] = await Promise.all([loadBlazeFace(minConfidence), loadMesh()]);
  return {
    async detect(pyramid) {
      const { picture } = pyramid;
      const views = [...viewsOf(picture, blazeFaceSight.size)];
      const found = (await look(pyramid, views)).flat();
      const faces = withoutRepeats(found).slice(0, maxFaces);
      const first = faces.map(({ points }) => boxLandmarks(points as readonly Point[]));
      const landmarks = await lookTwice(findMeshes, pyramid, first);
      return faces
        .map((face, index) => detectionOf(face, landmarks[index] as SeenFace, picture))
        .filter(({ area }) => area.w > 0 && area.h > 0)
        .sort((one, other) => sizeOf(other.area) - sizeOf(one.area));
    },
  };
}

interface SeenFace {
  readonly landmarks: Landmarks;
  /** Where the mesh sees the face's middle. */
  readonly middle?: Point;
}

/** The second look sees each face as the first one found it: upright, centred and as large as the mesh wants it. */
async function lookTwice(
  findMeshes: FindMeshes,
  pyramid: Pyramid,
  faces: readonly Landmarks[],
): Promise<SeenFace[]> {
  let seen: SeenFace[] = faces.map((landmarks) => ({ landmarks }));
  for (let look = 0; look < 2; look++) {
    const meshes = await findMeshes(
      pyramid,
      seen.map(({ landmarks }) => landmarks),
    );
    seen = meshes.map(({ confidence, points }, index) =>
      confidence >= minMeshConfidence
        ? { landmarks: meshLandmarks(points), middle: middleOf(points) }
        : (seen[index] as SeenFace),
    );
  }
  return seen;
}

/** A picture that is longer than this many times its shorter side is searched in parts of that shape. */
const maxAspect = 2;
const maxParts = 16;

/**
 * Brings the whole picture into a square; or of a long one, parts that overlap by its shorter side, so that every face lies whole in one of
 * them. (Past 16 parts they are longer: there the picture is a strip that shows no face worth the time.)
 */
function* viewsOf({ width, height }: Pixels, size: number): Generator<Similarity> {
  const [longer, shorter] = [Math.max(width, height), Math.min(width, height)];
  const step = longer <= maxAspect * shorter ? longer : Math.max(shorter, Math.ceil(longer / maxParts));
  for (let start = 0; start === 0 || start + shorter < longer; start += step) {
    const length = Math.min(longer - start, step + shorter);
    const scale = size / length;
    const shift = (from: number) => scale * (0.5 - from) - 0.5;
    yield {
      a: scale,
      b: 0,
      tx: shift(width > height ? start : 0),
      ty: shift(width > height ? 0 : start),
    };
  }
}

/** Of boxes that mean one face, which two views have shown, the surest. */
function withoutRepeats(faces: readonly FoundFace[]): FoundFace[] {
  const kept: FoundFace[] = [];
  for (const face of faces.toSorted((one, other) => other.confidence - one.confidence)) {
    if (!kept.some((other) => overlap(face, other) > 0.7)) kept.push(face);
  }
  return kept;
}

function sizeOf({ w, h }: Box): number {
  return w * h;
}

/** The share of the smaller box that lies in the other, 0..1: a tile's edge may have cut one of them. */
function overlap(one: Box, other: Box): number {
  const w = Math.min(one.x + one.w, other.x + other.w) - Math.max(one.x, other.x);
  const h = Math.min(one.y + one.h, other.y + other.h) - Math.max(one.y, other.y);
  if (w <= 0 || h <= 0) return 0;
  return (w * h) / Math.min(sizeOf(one), sizeOf(other));
}

/** The box is a square as large as BlazeFace's; the mesh knows its middle better. */
function detectionOf(face: FoundFace, { landmarks, middle }: SeenFace, picture: Pixels): Detection {
  const side = Math.max(face.w, face.h);
  const [x, y] = middle ?? [face.x + face.w / 2, face.y + face.h / 2];
  const box = clampBox([x + 0.5 - side / 2, y + 0.5 - side / 2, side, side], picture);
  const whole = ([px, py]: Point): [number, number] => [
    Math.min(picture.width - 1, Math.max(0, Math.round(px))),
    Math.min(picture.height - 1, Math.max(0, Math.round(py))),
  ];
  return {
    area: {
      ...box,
      left_eye: whole(landmarks.leftEye),
      right_eye: whole(landmarks.rightEye),
      nose: whole(landmarks.noseTip),
      mouth_left: landmarks.mesh ? whole(landmarks.mesh.mouthLeft) : null,
      mouth_right: landmarks.mesh ? whole(landmarks.mesh.mouthRight) : null,
    },
    confidence: face.confidence,
    landmarks,
  };
}

function clampBox([x, y, w, h]: readonly [number, number, number, number], picture: Pixels) {
  const left = Math.max(0, Math.round(x));
  const top = Math.max(0, Math.round(y));
  return {
    x: left,
    y: top,
    w: Math.min(picture.width, Math.round(x + w)) - left,
    h: Math.min(picture.height, Math.round(y + h)) - top,
  };
}

/** From the 468 points of the mesh; its numbering is MediaPipe's. */
function meshLandmarks(points: readonly Point[]): Landmarks {
  const at = (index: number) => points[index] as Point;
  return {
    leftEye: mean([at(362), at(263), at(386), at(374)]),
    rightEye: mean([at(33), at(133), at(159), at(145)]),
    noseTip: at(4),
    mouthCentre: mean([at(61), at(291)]),
    mesh: {
      mouthLeft: at(291),
      mouthRight: at(61),
      leftEyeOuter: at(263),
      leftEyeInner: at(362),
      rightEyeOuter: at(33),
      rightEyeInner: at(133),
      noseBase: at(2),
    },
  };
}

/** From BlazeFace's six points: right eye, left eye, nose, mouth, and two ears. */
function boxLandmarks(points: readonly Point[]): Landmarks {
  const [rightEye, leftEye, noseTip, mouthCentre] = points as [Point, Point, Point, Point];
  return { leftEye, rightEye, noseTip, mouthCentre };
}

/** Of the box around the points. */
function middleOf(points: readonly Point[]): Point {
  const along = (axis: 0 | 1) => {
    const values = points.map((point) => point[axis]);
    return (Math.min(...values) + Math.max(...values)) / 2;
  };
  return [along(0), along(1)];
}

function mean(points: readonly Point[]): Point {
  const sum = (axis: 0 | 1) => points.reduce((total, point) => total + point[axis], 0);
  return [sum(0) / points.length, sum(1) / points.length];
}
