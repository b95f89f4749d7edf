import type { Point } from '../geometry/align.ts';
import type { Landmarks } from '../geometry/landmarks.ts';
import type { Pyramid } from '../geometry/pyramid.ts';
import type { DetectFaces, FoundFace } from './blazeface.ts';
import { logOdds } from './confidence.ts';
import { lookAt } from './find-faces.ts';
import type { FindMeshes, Mesh } from './mesh.ts';

/**
 * Least confidence of the mesh, 0..1. Where it is less sure of a face, say one turned far away, the
 * detector's own points count.
 */
const minMeshConfidence = 0.4;

/** A face and its landmarks. */
export interface SeenFace {
  readonly face: FoundFace;
  readonly landmarks: Landmarks;
  /** The mesh's, 0..1. */
  readonly confidence: number;
  /** Middle of the face as the mesh sees it. */
  readonly middle?: Point;
}

/**
 * Looks of the mesh at each face. Each shows it as the last look found it: upright, centred and as large as
 * the mesh wants it.
 */
const meshLooks = 2;

/** Sees faces' landmarks. */
export class Seer {
  readonly #pyramid: Pyramid;
  readonly #findMeshes: FindMeshes;
  readonly #blazeFace: DetectFaces;

  constructor(pyramid: Pyramid, findMeshes: FindMeshes, blazeFace: DetectFaces) {
    this.#pyramid = pyramid;
    this.#findMeshes = findMeshes;
    this.#blazeFace = blazeFace;
  }

  async see(faces: readonly FoundFace[]): Promise<SeenFace[]> {
    const seen = await this.#look(faces.map((face) => seenWithout(face)));
    await this.#tryTurns(seen);
    return this.#lookAgain(await this.#turnRight(seen));
  }

  /** Sees faces that stand upright: a camera does. */
  async seeUpright(faces: readonly FoundFace[]): Promise<SeenFace[]> {
    return this.#lookAgain(await this.#look(faces.map((face) => seenWithout(face))));
  }

  async #lookAgain(seen: SeenFace[]): Promise<SeenFace[]> {
    for (let count = 1; count < meshLooks; count++) {
      const known = seen.filter(({ confidence }) => confidence > 0);
      const again = await this.#look(known, unsteadiness);
      for (const [index, face] of known.entries()) {
        seen.splice(seen.indexOf(face), 1, again[index] as SeenFace);
      }
    }
    return seen;
  }

  /**
   * Looks at faces from their landmarks on; keeps what is not less sure than before by more than the
   * margin.
   */
  async #look(faces: readonly SeenFace[], margin = 0): Promise<SeenFace[]> {
    const meshes = await this.#findMeshes(
      this.#pyramid,
      faces.map(({ landmarks }) => landmarks),
    );
    return faces.map((before, index) => {
      const { confidence, points } = meshes[index] as Mesh;
      if (confidence < minMeshConfidence || confidence <= before.confidence - margin) return before;
      return { face: before.face, landmarks: meshLandmarks(points), middle: middleOf(points), confidence };
    });
  }

  /** Tries each way up with the mesh, for boxes without points: they do not tell it. */
  async #tryTurns(seen: SeenFace[]): Promise<void> {
    for (const turn of [0, 2, 1, 3]) {
      const doubtful = seen.filter(({ face, confidence }) => !face.points && isDoubtful(face, confidence));
      const again = await this.#look(
        doubtful.map((one) => ({ ...one, landmarks: usualLandmarks(one.face, turn) })),
      );
      doubtful.forEach((before, index) => {
        const after = again[index] as SeenFace;
        if (after.middle !== before.middle) seen.splice(seen.indexOf(before), 1, after);
      });
    }
  }

  /** BlazeFace and the mesh look again, each way up, at those faces of which they are not both sure. */
  async #turnRight(seen: readonly SeenFace[]): Promise<SeenFace[]> {
    const upright: SeenFace[] = [];
    let left = maxTurnedFaces;
    for (const one of seen) {
      const { face, confidence } = one;
      const isSure = face.confidence >= sure.blazeFace && confidence >= sure.mesh;
      upright.push(isSure || !face.points || left-- <= 0 ? one : await this.#bestTurned(one));
    }
    return upright;
  }

  async #bestTurned(first: SeenFace): Promise<SeenFace> {
    let best = first;
    // On a face that lies on its side BlazeFace places its points as well from above as from below.
    for (const turns of [
      [0, 2],
      [1, 3],
    ]) {
      for (const turn of turns) {
        const face = await lookAt(this.#pyramid, this.#blazeFace, first.face, turn);
        if (!face) continue;
        const [other] = (await this.#look([seenWithout(face)])) as [SeenFace];
        if (likeness(other) > likeness(best)) best = other;
      }
      if (best.confidence >= minMeshConfidence) break;
    }
    return best;
  }
}

/** 0..1: both are as sure of few faces whose points are those of a face that stands the other way up. */
const sure = { blazeFace: 0.82, mesh: 0.9995 } as const;

/** More faces of a picture than this are not looked at each way up. */
const maxTurnedFaces = 8;

/**
 * Margin by which it must be likelier that a face stands on its head. It is the least of upright ones, and
 * the most of such as are cut off.
 */
const uprightMargin = 5;

/**
 * Tells how well a face is seen this way up, as the logarithm of odds. Of 84 whole faces all are likelier
 * by 6 than the same turned upside down.
 */
function likeness({ face, confidence, landmarks }: SeenFace): number {
  const margin = Math.abs(rollOf(landmarks)) <= 60 ? uprightMargin : 0;
  return 4 * logOdds(face.confidence, 0.001) + logOdds(confidence, 0.001) + margin;
}

/** Degrees, clockwise. */
function rollOf({ leftEye, rightEye }: Landmarks): number {
  return (Math.atan2(leftEye[1] - rightEye[1], leftEye[0] - rightEye[0]) * 180) / Math.PI;
}

/** A face before the mesh has seen it: with the detector's own points, or the usual ones. */
function seenWithout(face: FoundFace): SeenFace {
  return {
    face,
    landmarks: face.points ? boxLandmarks(face.points) : usualLandmarks(face, 0),
    confidence: 0,
  };
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

/**
 * Places of faces' parts in SSD's boxes, from the middle on, in heights of the box: means over 152 of
 * LFW's.
 */
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
export function boxLandmarks(points: readonly Point[]): Landmarks {
  const [rightEye, leftEye, noseTip, mouthCentre] = points as [Point, Point, Point, Point];
  return { leftEye, rightEye, noseTip, mouthCentre };
}

/** Computes the middle of the box around the points. */
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
