import type { Reason } from '@aws-sdk/client-rekognition';
import type { Box } from '../../lib/contract/shapes.ts';
import { cutChip } from '../../lib/faces/human/align.ts';
import type { Face } from '../../lib/faces/port.ts';
import type { Picture } from '../../lib/inputs/picture.ts';
import type { DefaultFaceDetail } from './face-detail.ts';
import type { QualityFilter } from './parameters.ts';

/** Pixels a side of the chip on which a face is measured, so that all are measured at one scale. */
const chipSide = 64;

/** The mean square of the Laplacian that counts as a sharpness of 50: LFW's pictures have some 400. */
const middlingDetail = 150;

/**
 * Brightness: the mean luma (BT.601) of the face's box. Sharpness: how much fine detail it has, the mean square of the Laplacian of the
 * luma on a 64x64 chip, mapped to 0..100. Both 0..100.
 */
export function measureQuality(area: Box, picture: Picture): DefaultFaceDetail['Quality'] {
  const luma = lumaChip(area, picture);
  const brightness = luma.reduce((sum, value) => sum + value, 0) / luma.length;
  const detail = detailOf(luma);
  return { Brightness: (100 * brightness) / 255, Sharpness: (100 * detail) / (detail + middlingDetail) };
}

function lumaChip({ x, y, w, h }: Box, { width, height, pixels }: Picture): Float32Array {
  const side = Math.min(w, h);
  const a = chipSide / side;
  const left = x + (w - side) / 2;
  const top = y + (h - side) / 2;
  const toChip = { a, b: 0, tx: -left * a, ty: -top * a };
  const rgb = cutChip({ width, height, data: pixels }, toChip, chipSide);
  return Float32Array.from({ length: chipSide * chipSide }, (_, index) => {
    const [red, green, blue] = rgb.subarray(3 * index, 3 * index + 3) as unknown as [number, number, number];
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  });
}

function detailOf(luma: Float32Array): number {
  let sum = 0;
  for (let row = 1; row < chipSide - 1; row++) {
    for (let column = 1; column < chipSide - 1; column++) {
      const at = row * chipSide + column;
      const around = [at - 1, at + 1, at - chipSide, at + chipSide];
      const laplacian = around.reduce((total, near) => total + (luma[near] as number), 0);
      sum += (laplacian - 4 * (luma[at] as number)) ** 2;
    }
  }
  return sum / (chipSide - 2) ** 2;
}

/** What a face must have at least (at most, for the angles, in degrees) to pass. */
interface Bar {
  readonly confidence: number;
  readonly boxPixels: number;
  readonly brightness: number;
  readonly sharpness: number;
  readonly yaw: number;
  readonly pitch: number;
  /** Whether the face mesh must have found the mouth, which it does not in a profile. */
  readonly mouth: boolean;
}

/** How the service sets its bars is not published. These are lenient: `AUTO`, which is `LOW`, stops only what is of no use. */
const bars: Record<Exclude<QualityFilter, 'NONE' | 'AUTO'>, Bar> = {
  LOW: { confidence: 85, boxPixels: 20, brightness: 8, sharpness: 4, yaw: 75, pitch: 60, mouth: false },
  MEDIUM: { confidence: 95, boxPixels: 32, brightness: 15, sharpness: 15, yaw: 60, pitch: 45, mouth: true },
  HIGH: { confidence: 99, boxPixels: 48, brightness: 25, sharpness: 30, yaw: 40, pitch: 35, mouth: true },
};

/** Why a face does not pass the filter; none when it does. */
export function qualityProblems({ area }: Face, detail: DefaultFaceDetail, filter: QualityFilter): Reason[] {
  if (filter === 'NONE') return [];
  const bar = bars[filter === 'AUTO' ? 'LOW' : filter];
  const { Yaw, Pitch } = detail.Pose;
  const { Brightness, Sharpness } = detail.Quality;
  const failed: Record<Exclude<Reason, 'EXCEEDS_MAX_FACES'>, boolean> = {
    EXTREME_POSE: Math.abs(Yaw) > bar.yaw || Math.abs(Pitch) > bar.pitch,
    LOW_BRIGHTNESS: Brightness < bar.brightness,
    LOW_SHARPNESS: Sharpness < bar.sharpness,
    LOW_CONFIDENCE: detail.Confidence < bar.confidence,
    SMALL_BOUNDING_BOX: Math.min(area.w, area.h) < bar.boxPixels,
    LOW_FACE_QUALITY: bar.mouth && area.mouth_left === null,
  };
  return Object.entries(failed).flatMap(([reason, isFailed]) => (isFailed ? [reason as Reason] : []));
}
