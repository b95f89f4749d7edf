import type { Landmark } from '@aws-sdk/client-rekognition';
import type { FacialArea } from '../../lib/contract/shapes.ts';
import type { Face } from '../../lib/faces/port.ts';
import type { Picture } from '../../lib/inputs/picture.ts';
import { measureQuality } from './quality.ts';

/** Ratios of the picture's width and height; what reaches out of the picture is below 0 or above 1. */
export interface RatioBox {
  readonly Left: number;
  readonly Top: number;
  readonly Width: number;
  readonly Height: number;
}

/** The part of a `FaceDetail` that the emulator gives: the service's default attributes. */
export interface DefaultFaceDetail {
  readonly BoundingBox: RatioBox;
  /** 0..100 */
  readonly Confidence: number;
  readonly Landmarks: Landmark[];
  /** Degrees. */
  readonly Pose: { readonly Roll: number; readonly Yaw: number; readonly Pitch: number };
  /** 0..100 */
  readonly Quality: { readonly Brightness: number; readonly Sharpness: number };
}

/** Describes a face of the engine in the service's terms. */
export function describeFace({ area, confidence }: Face, picture: Picture): DefaultFaceDetail {
  return {
    BoundingBox: boundingBox(area, picture),
    Confidence: confidenceOf(confidence),
    Landmarks: landmarks(area, picture),
    Pose: poseOf(area),
    Quality: measureQuality(area, picture),
  };
}

/**
 * The service's confidence, 0..100, from BlazeFace's, 0..1, which gives clear frontal faces some 0.7 where the service gives more than
 * 99.9. A logistic curve through (0.4, 90), where the engine begins to be sure, and (0.7, 99.9).
 */
function confidenceOf(score: number): number {
  return 100 / (1 + Math.exp(-(2.197 + (score - 0.4) * 15.7)));
}

/**
 * The box as ratios of the picture. The engine clamps its square boxes to the picture; where one was cut at an edge, it is made square
 * again beyond that edge, as the service's boxes are that reach out of the picture.
 */
function boundingBox({ x, y, w, h }: FacialArea, { width, height }: Picture): RatioBox {
  const side = Math.max(w, h);
  const [left, boxWidth] = unclamp(x, w, side, width);
  const [top, boxHeight] = unclamp(y, h, side, height);
  return { Width: boxWidth / width, Height: boxHeight / height, Left: left / width, Top: top / height };
}

function unclamp(start: number, length: number, side: number, end: number): [start: number, length: number] {
  if (start === 0) return [length - side, side];
  return start + length === end ? [start, side] : [start, length];
}

/** The service names them from the viewer's side, the engine from the person's. A profile has no corners of the mouth. */
function landmarks(area: FacialArea, { width, height }: Picture): Landmark[] {
  const points = {
    eyeLeft: area.right_eye,
    eyeRight: area.left_eye,
    mouthLeft: area.mouth_right,
    mouthRight: area.mouth_left,
    nose: area.nose,
  } as const;
  return Object.entries(points).flatMap(([type, point]) =>
    point ? [{ Type: type as keyof typeof points, X: point[0] / width, Y: point[1] / height }] : [],
  );
}

/**
 * How far the tip of the nose stands out of the face, and how far below the eyes a face that looks straight ahead has it (the median of
 * LFW's faces): in distances of the eyes.
 */
const noseHeight = 0.6;
const eyesToNose = 0.524;

/**
 * Degrees, from the landmarks, with the signs of the service: a positive roll turns the picture clockwise, a positive yaw the nose to
 * the viewer's right, a positive pitch the nose up. It is an estimate: the nose's tip is taken as a pointer of `noseHeight` on the
 * plane of eyes and mouth.
 */
function poseOf(area: FacialArea): DefaultFaceDetail['Pose'] {
  const { left_eye: right, right_eye: left, nose } = area;
  if (!left || !right || !nose) return { Roll: 0, Yaw: 0, Pitch: 0 };
  const across = [right[0] - left[0], right[1] - left[1]] as const;
  const roll = Math.atan2(across[1], across[0]);
  const distance = Math.max(1, Math.hypot(...across));
  const [noseAcross, noseDown] = turnBack(nose, left, right, roll);
  // An eye distance is foreshortened by the yaw as much as the nose moves aside.
  const yaw = Math.atan2(noseAcross / distance, noseHeight);
  const frontalDistance = distance / Math.max(0.3, Math.cos(yaw));
  const pitch = Math.atan2(eyesToNose - noseDown / frontalDistance, noseHeight);
  return { Roll: degrees(roll), Yaw: degrees(yaw), Pitch: degrees(pitch) };
}

type Point = readonly [number, number];

/** The nose as seen from the middle of the eyes, with the eyes level. */
function turnBack(nose: Point, left: Point, right: Point, roll: number): Point {
  const x = nose[0] - (left[0] + right[0]) / 2;
  const y = nose[1] - (left[1] + right[1]) / 2;
  return [x * Math.cos(roll) + y * Math.sin(roll), y * Math.cos(roll) - x * Math.sin(roll)];
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
