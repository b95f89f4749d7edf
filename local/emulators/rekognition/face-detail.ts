import type { Landmark } from '@aws-sdk/client-rekognition';
import type { FacialArea } from '../../../lib/contract/shapes.ts';
import type { Face, FaceQuality } from '../../../lib/faces/port.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';

/** Ratios of the picture's width and height. Outside of the picture they are below 0 or above 1. */
export interface RatioBox {
  readonly Left: number;
  readonly Top: number;
  readonly Width: number;
  readonly Height: number;
}

/** Width and height of the upright picture, in pixels. */
export type PictureSize = Pick<Picture, 'width' | 'height'>;

/** Part of a `FaceDetail` that the emulator gives: the service's default attributes. */
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
export function describeFace(
  { area, confidence }: Face,
  { brightness, sharpness, pose }: FaceQuality,
  picture: PictureSize,
): DefaultFaceDetail {
  return {
    BoundingBox: boundingBox(area, picture),
    Confidence: 100 * confidence,
    Landmarks: landmarks(area, picture),
    Pose: { Roll: pose.roll, Yaw: pose.yaw, Pitch: pose.pitch },
    Quality: { Brightness: brightness, Sharpness: sharpness },
  };
}

/**
 * Converts the box to ratios of the picture. The engine clamps its square boxes to the picture. A box that
 * was cut at an edge is made square again beyond that edge, as the service's boxes are.
 */
function boundingBox({ x, y, w, h }: FacialArea, { width, height }: PictureSize): RatioBox {
  const side = Math.max(w, h);
  const [left, boxWidth] = unclamp(x, w, side, width);
  const [top, boxHeight] = unclamp(y, h, side, height);
  return { Width: boxWidth / width, Height: boxHeight / height, Left: left / width, Top: top / height };
}

function unclamp(start: number, length: number, side: number, end: number): [start: number, length: number] {
  if (start === 0) return [length - side, side];
  return start + length === end ? [start, side] : [start, length];
}

/**
 * Converts the landmarks. The service names them from the viewer's side, the engine from the person's. A
 * profile has no corners of the mouth.
 */
function landmarks(area: FacialArea, { width, height }: PictureSize): Landmark[] {
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
