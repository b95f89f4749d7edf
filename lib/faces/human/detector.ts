import type { Box, FacialArea } from '../../contract/shapes.ts';
import type { EngineDetector } from '../../contract/vocabulary.ts';
import type { Pixels, Point } from './align.ts';
import { type FoundFace, type Look, loadBlazeFace } from './blazeface.ts';
import { suspicion } from './find-by-ssd.ts';
import { findFaces, weakestGuess } from './find-faces.ts';
import { type FindMeshes, loadMesh } from './mesh.ts';
import { withoutDoubles } from './overlap.ts';
import type { Pyramid } from './pyramid.ts';
import { loadSsd } from './ssd.ts';

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
  readonly evidence: { readonly box: number; readonly mesh: number };
  readonly landmarks: Landmarks;
  /** What the first look took for the landmarks: the mesh, which is more precise, tells less of a face that is turned far to the side. */
  readonly firstLook: Landmarks;
}

export interface Detector {
  /**
   * Every face of the picture, largest first.
   * @param times where it is written how long the looks for faces took, and those at each, in seconds.
   */
  detect(
    pyramid: Pyramid,
    detector?: EngineDetector,
    times?: { detect?: number; mesh?: number },
  ): Promise<Detection[]>;
}

/** 0..1: where the mesh is less sure that it sees a face, say because it is turned too far away, the detector's own points count. */
const minMeshConfidence = 0.4;

/** 0..1: a detector must be as sure as this of what the mesh does not take for a face: it may be one that is turned far to the side. */
const sureWithoutMesh = 0.6;

/**
 * The detectors and the face mesh on this thread.
 * @param minConfidence 0..1: faces whose box is less certain are left out.
 */
export async function loadDetector(minConfidence: number): Promise<Detector> {
  const [blazeFace, findMeshes] = await Promise.all([loadBlazeFace(weakestGuess), loadMesh()]);
  let ssd: Promise<Look> | undefined;
  const looks = {
    blazeFace,
    ssd: () => {
      ssd ??= loadSsd(suspicion);
      return ssd;
    },
  };
  return {
    async detect(pyramid, detector = 'mediapipe+ssd', times = {}) {
      const { picture } = pyramid;
      const started = performance.now();
      const faces = await findFaces(pyramid, looks, detector);
      const found = performance.now();
      times.detect = (found - started) / 1000;
      const landmarks = await seeFaces(findMeshes, pyramid, faces);
      if (faces.length > 0) times.mesh = (performance.now() - found) / 1000;
      const detections = faces
        .map((face, index) => detectionOf(face, landmarks[index] as SeenFace, picture))
        .filter(({ confidence, landmarks: { mesh } }) => mesh || confidence >= sureWithoutMesh)
        .filter(({ area }) => area.w > 0 && area.h > 0)
        .filter(({ confidence }) => confidence >= minConfidence)
        .sort((one, other) => other.confidence - one.confidence);
      return withoutSameFace(detections).sort((one, other) => sizeOf(other.area) - sizeOf(one.area));
    },
  };
}

interface SeenFace {
  readonly landmarks: Landmarks;
  /** The mesh's, 0..1. */
  readonly confidence: number;
  /** Where the mesh sees the face's middle. */
  readonly middle?: Point;
}

/** So often the mesh looks at each face, each time as the last look found it: upright, centred and as large as the mesh wants it. */
const meshLooks = 2;

/**
 * The faces' landmarks. The first look starts from the detector's own points; where there are none, or the mesh sees no face that way, from the
 * usual ones in its box, whichever way up.
 */
async function seeFaces(
  findMeshes: FindMeshes,
  pyramid: Pyramid,
  faces: readonly FoundFace[],
): Promise<SeenFace[]> {
  const seen = faces.map((face): SeenFace => {
    const landmarks = face.points ? boxLandmarks(face.points) : usualLandmarks(face, 0);
    return { landmarks, confidence: 0 };
  });
  const confidenceOf = (index: number) => seen[index]?.confidence ?? 0;
  /** Looks at some faces, from these landmarks on; keeps what is not less sure than before by more than the margin. */
  const look = async (indices: readonly number[], startOf: (index: number) => Landmarks, margin: number) => {
    const meshes = await findMeshes(pyramid, indices.map(startOf));
    meshes.forEach(({ confidence, points }, place) => {
      const index = indices[place] as number;
      if (confidence < minMeshConfidence || confidence <= confidenceOf(index) - margin) return;
      seen[index] = { landmarks: meshLandmarks(points), middle: middleOf(points), confidence };
    });
  };
  const all = [...faces.keys()];
  await look(all, (index) => (seen[index] as SeenFace).landmarks, 0);
  // BlazeFace's points tell which way up a face is: the mesh alone takes an upright one that is cut off for one that stands on its head.
  const withoutPoints = all.filter((index) => !faces[index]?.points);
  for (const turn of [0, 2, 1, 3]) {
    const doubtful = withoutPoints.filter((index) =>
      isDoubtful(faces[index] as FoundFace, confidenceOf(index)),
    );
    if (doubtful.length > 0)
      await look(doubtful, (index) => usualLandmarks(faces[index] as FoundFace, turn), 0);
  }
  for (let count = 1; count < meshLooks; count++) {
    await look(
      all.filter((index) => confidenceOf(index) > 0),
      (index) => (seen[index] as SeenFace).landmarks,
      unsteadiness,
    );
  }
  return seen;
}

/** 0..1: of a face that stands upright nearly always one of the two is surer than this. */
const upright = { detector: 0.78, mesh: 0.99 } as const;

function isDoubtful({ confidence }: FoundFace, meshConfidence: number): boolean {
  return (
    meshConfidence < minMeshConfidence || (meshConfidence < upright.mesh && confidence < upright.detector)
  );
}

/** 0..1: a further look that is less sure by no more than this is the better one all the same. */
const unsteadiness = 0.2;

/** Where faces have their parts in SSD's boxes, from the middle on, in heights of the box: means over 152 of LFW's. */
const usual = { eyeAcross: 0.178, eyeDown: -0.135, noseDown: 0.05, mouthDown: 0.245 } as const;

/** @param turn quarters of a turn, clockwise */
function usualLandmarks({ x, y, w, h }: FoundFace, turn: number): Landmarks {
  const size = turn % 2 === 0 ? h : w;
  const [cos, sin] = [[1, 0] as const, [0, 1] as const, [-1, 0] as const, [0, -1] as const][turn] as [
    number,
    number,
  ];
  const at = (across: number, down: number): Point => [
    x + w / 2 + size * (cos * across - sin * down),
    y + h / 2 + size * (sin * across + cos * down),
  ];
  const { eyeAcross, eyeDown, noseDown, mouthDown } = usual;
  return {
    leftEye: at(eyeAcross, eyeDown),
    rightEye: at(-eyeAcross, eyeDown),
    noseTip: at(0, noseDown),
    mouthCentre: at(0, mouthDown),
  };
}

/** The surest detection of each face: two boxes that lay apart may have led the mesh to the same one. */
function withoutSameFace(detections: readonly Detection[]): Detection[] {
  const boxes = detections.map((detection) => ({ ...detection.area, detection }));
  return withoutDoubles(boxes).map(({ detection }) => detection);
}

function sizeOf({ w, h }: Box): number {
  return w * h;
}

/** BlazeFace's boxes are squares of so many heights of SSD's. */
const squareOfSsd = 0.89;

/** The box is a square as large as BlazeFace's; the mesh knows its middle better. */
function detectionOf(
  face: FoundFace,
  { landmarks, middle, confidence }: SeenFace,
  picture: Pixels,
): Detection {
  const side = Math.max(face.w, face.h) * (face.points ? 1 : squareOfSsd);
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
    evidence: { box: face.confidence, mesh: confidence },
    landmarks,
    firstLook: face.points ? boxLandmarks(face.points) : landmarks,
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
