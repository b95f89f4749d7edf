import type { Box } from '../../../contract/shapes.ts';
import type { Face, FacePose, FaceQuality } from '../../face.ts';
import type { QualityReason } from '../../quality-reasons.ts';
import type { Point } from '../geometry/align.ts';
import type { Landmarks } from '../geometry/landmarks.ts';
import type { Pyramid } from '../geometry/pyramid.ts';
import type { Detection } from './detector.ts';

/** Pixels a side of the chip on which a face is measured, so that all are measured at one scale. */
const chipSide = 64;

/** The detail that counts as a sharpness of 50; the median of LFW's pictures has three times as much. */
const middlingDetail = 0.06;

/** A face's quality, and what nobody else asks for. */
export interface MeasuredQuality extends FaceQuality {
  /** The standard deviation of the luma, 0..50 (black and white in equal shares). */
  readonly contrast: number;
}

/**
 * Measures brightness: the mean luma (BT.601) of the face's box. Measures sharpness: fine detail for its
 * contrast. That is the mean square of the luma's Laplacian over the luma's variance on a 64x64 chip,
 * mapped to 0..100. Neither light nor contrast changes it, and a face of fewer pixels than the chip is as
 * blurred as it looks there.
 */
export function measureQuality(
  pyramid: Pyramid,
  { area, firstLook }: Pick<Detection, 'area' | 'firstLook'>,
): MeasuredQuality {
  const luma = lumaChip(pyramid, area);
  const mean = luma.reduce((sum, value) => sum + value, 0) / luma.length;
  const variance = luma.reduce((sum, value) => sum + (value - mean) ** 2, 0) / luma.length;
  // The 1 is about what rounding to 8 bits leaves in a picture of nothing.
  const detail = laplacianEnergy(luma) / (variance + 1);
  return {
    brightness: (100 * mean) / 255,
    sharpness: (100 * detail) / (detail + middlingDetail),
    contrast: (100 * Math.sqrt(variance)) / 255,
    pose: poseOf(firstLook),
  };
}

/** The middle square of a box. */
function lumaChip(pyramid: Pyramid, { x, y, w, h }: Box): Float32Array {
  const side = Math.min(w, h);
  const a = chipSide / side;
  // A box counts from the edge of the picture, a view from the middle of its first pixel.
  const shift = (from: number) => a * (0.5 - from) - 0.5;
  const view = { a, b: 0, tx: shift(x + (w - side) / 2), ty: shift(y + (h - side) / 2) };
  const planes = pyramid.cut([view], { size: chipSide, means: [0, 0, 0], scales: [1, 1, 1] });
  const count = chipSide * chipSide;
  const at = (index: number) => planes[index] as number;
  return Float32Array.from(
    { length: count },
    (_, index) => 0.299 * at(index) + 0.587 * at(index + count) + 0.114 * at(index + 2 * count),
  );
}

function laplacianEnergy(luma: Float32Array): number {
  const at = (index: number) => luma[index] as number;
  let sum = 0;
  for (let row = 1; row < chipSide - 1; row++) {
    for (let column = 1; column < chipSide - 1; column++) {
      const here = row * chipSide + column;
      const around = at(here - 1) + at(here + 1) + at(here - chipSide) + at(here + chipSide);
      sum += (around - 4 * at(here)) ** 2;
    }
  }
  return sum / (chipSide - 2) ** 2;
}

/**
 * Height of the nose's tip over the face, and its depth below the eyes in one that looks straight
 * ahead: in distances of the eyes.
 * The second is the median of LFW's faces.
 */
const noseHeight = 0.6;
const eyesToNose = 0.57;

/**
 * Degrees, with Rekognition's signs: a positive roll turns the picture clockwise, a positive yaw the nose
 * to the viewer's right, a positive pitch the nose up. It is an estimate: the nose's tip is taken as a
 * pointer of `noseHeight` on the plane of eyes and mouth.
 */
export function poseOf({ leftEye, rightEye, noseTip }: Landmarks): FacePose {
  const across = [leftEye[0] - rightEye[0], leftEye[1] - rightEye[1]] as const;
  const roll = Math.atan2(across[1], across[0]);
  const distance = Math.max(1, Math.hypot(...across));
  const [noseAcross, noseDown] = turnBack(noseTip, rightEye, leftEye, roll);
  // An eye distance is foreshortened by the yaw as much as the nose moves aside.
  const yaw = Math.atan2(noseAcross / distance, noseHeight);
  const frontalDistance = distance / Math.max(0.3, Math.cos(yaw));
  const pitch = Math.atan2(eyesToNose - noseDown / frontalDistance, noseHeight);
  return { roll: degrees(roll), yaw: degrees(yaw), pitch: degrees(pitch) };
}

/** The nose as seen from the middle of the eyes, with the eyes level. */
function turnBack(nose: Point, one: Point, other: Point, roll: number): Point {
  const x = nose[0] - (one[0] + other[0]) / 2;
  const y = nose[1] - (one[1] + other[1]) / 2;
  return [x * Math.cos(roll) + y * Math.sin(roll), y * Math.cos(roll) - x * Math.sin(roll)];
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}

/** Least values of a face that is enrolled; for the angles and for what is too bright, the largest. */
export interface QualityBar {
  /** Degrees to either side. */
  readonly yaw: number;
  /** Degrees up or down. */
  readonly pitch: number;
  /** Pixels of the box's shorter side. */
  readonly boxPixels: number;
  /** 0..100 */
  readonly sharpness: number;
  /** 0..100 */
  readonly minBrightness: number;
  /** 0..100 */
  readonly maxBrightness: number;
  /** See `MeasuredQuality`. */
  readonly contrast: number;
  /** 0..1: how likely it is a face. */
  readonly confidence: number;
}

/**
 * Measured by `npm run bench -- quality` on LFW's pictures degraded step by step, see the README's table:
 * about where twice as many pictures of the same person are missed, or where bad pictures of strangers
 * begin to look alike. How a face is tilted does not matter. What is less likely a face than not is none to
 * enroll.
 */
export const enrollmentBar: QualityBar = {
  yaw: 60,
  pitch: 35,
  boxPixels: 36,
  sharpness: 35,
  minBrightness: 10,
  maxBrightness: 80,
  contrast: 4,
  confidence: 0.5,
};

/** Why a face does not pass a bar; none when it does. */
export function qualityReasons(
  { area, confidence }: Face,
  { brightness, contrast, sharpness, pose }: MeasuredQuality,
  bar: QualityBar = enrollmentBar,
): QualityReason[] {
  // The face mesh, which tells the corners of the mouth, sees no face in it.
  const isUnsound = area.mouth_left === null;
  const isFlat = contrast < bar.contrast && brightness >= bar.minBrightness;
  const failed: Record<QualityReason, boolean> = {
    EXTREME_POSE: Math.abs(pose.yaw) > bar.yaw || Math.abs(pose.pitch) > bar.pitch,
    LOW_BRIGHTNESS: brightness < bar.minBrightness,
    LOW_SHARPNESS: sharpness < bar.sharpness,
    SMALL_BOUNDING_BOX: Math.min(area.w, area.h) < bar.boxPixels,
    LOW_CONFIDENCE: confidence < bar.confidence,
    LOW_FACE_QUALITY: isUnsound || brightness > bar.maxBrightness || isFlat,
  };
  return (Object.keys(failed) as QualityReason[]).filter((reason) => failed[reason]);
}
