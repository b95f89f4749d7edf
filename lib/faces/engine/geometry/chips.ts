/** Maps a face's landmarks to their places in the chips that the networks take. */

import { fitSimilarity, type Point, type Similarity } from './align.ts';
import type { Landmarks } from './landmarks.ts';

/** Side of the chip of ArcFace's reference points, in pixels. */
const arcFaceChipSize = 112;

/**
 * ArcFace's reference points in its 112x112 chip (InsightFace), with the mouth's centre for faces without a
 * mesh.
 */
const arcFace = {
  rightEye: [38.29, 51.7],
  leftEye: [73.53, 51.5],
  noseTip: [56.03, 71.74],
  mouthRight: [41.55, 92.37],
  mouthLeft: [70.73, 92.2],
  mouthCentre: [56.14, 92.28],
} as const;

/**
 * Fits a face into ArcFace's chip. Chips of 128 pixels, or a multiple, show 8 of 128 more on each side, as
 * InsightFace cuts them.
 * @param size side of the chip, in pixels
 * @returns the map from the picture to the chip
 */
export function fitArcFace(landmarks: Landmarks, size = arcFaceChipSize): Similarity {
  const { a, b, tx, ty } = fitArcFaceChip(landmarks);
  if (size === arcFaceChipSize) return { a, b, tx, ty };
  const [scale, margin] = size % 128 === 0 ? [size / 128, 8] : [size / arcFaceChipSize, 0];
  return { a: scale * a, b: scale * b, tx: scale * (tx + margin), ty: scale * ty };
}

function fitArcFaceChip({ mesh, ...marks }: Landmarks): Similarity {
  const { rightEye, leftEye, noseTip, mouthRight, mouthLeft, mouthCentre } = arcFace;
  const seen: Point[] = [marks.rightEye, marks.leftEye, marks.noseTip];
  const wanted: Point[] = [rightEye, leftEye, noseTip];
  return mesh
    ? fitSimilarity([...seen, mesh.mouthRight, mesh.mouthLeft], [...wanted, mouthRight, mouthLeft])
    : fitSimilarity([...seen, marks.mouthCentre], [...wanted, mouthCentre]);
}

export const dlibChipSize = 150;

/**
 * dlib's mean face for its five-point aligner, 0..1, and the margin of the chip that its ResNet was trained
 * on.
 */
const dlib = {
  size: dlibChipSize,
  padding: 0.25,
  leftEyeOuter: [0.8595674595992, 0.2134981538014],
  leftEyeInner: [0.6460604764104, 0.2289674387677],
  rightEyeOuter: [0.1205750620789, 0.2137274526848],
  rightEyeInner: [0.3340850613712, 0.2290642403242],
  noseBase: [0.4901123135679, 0.6277975316475],
} as const;

function dlibChipPoint([x, y]: Point): Point {
  const scale = dlib.size / (1 + 2 * dlib.padding);
  return [(x + dlib.padding) * scale, (y + dlib.padding) * scale];
}

/**
 * Fits a face into dlib's chip.
 * @returns the map from the picture to the chip
 */
export function fitDlib({ mesh, leftEye, rightEye }: Landmarks): Similarity {
  const names = ['leftEyeOuter', 'leftEyeInner', 'rightEyeOuter', 'rightEyeInner', 'noseBase'] as const;
  if (mesh) {
    return fitSimilarity(
      names.map((name) => mesh[name]),
      names.map((name) => dlibChipPoint(dlib[name])),
    );
  }
  return fitSimilarity(
    [leftEye, rightEye],
    [
      middle(dlibChipPoint(dlib.leftEyeOuter), dlibChipPoint(dlib.leftEyeInner)),
      middle(dlibChipPoint(dlib.rightEyeOuter), dlibChipPoint(dlib.rightEyeInner)),
    ],
  );
}

function middle(one: Point, other: Point): Point {
  return [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
}
