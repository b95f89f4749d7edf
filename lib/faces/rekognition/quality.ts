import type { FaceDetail } from '@aws-sdk/client-rekognition';
import type { FaceQuality } from '../face.ts';
import type { QualityReason } from '../quality-reasons.ts';

/**
 * Values that a face must reach for an answer without a match to mean something. Amazon does not tell its
 * own, so these are chosen, not measured: they mark only what is plainly poor.
 */
const bar = { yaw: 60, pitch: 35, boxPixels: 36, sharpness: 5, minBrightness: 10, confidence: 0.5 };

/** Returns a face's quality as Rekognition measures it; `null` if it tells none. */
export function qualityOf({ Quality, Pose }: FaceDetail = {}): FaceQuality | null {
  const { Brightness: brightness, Sharpness: sharpness } = Quality ?? {};
  const { Roll: roll, Yaw: yaw, Pitch: pitch } = Pose ?? {};
  if (brightness === undefined || sharpness === undefined) return null;
  if (roll === undefined || yaw === undefined || pitch === undefined) return null;
  return { brightness, sharpness, pose: { roll, yaw, pitch } };
}

/** Returns the reasons why a face may be missed. */
export function poorQuality(
  quality: FaceQuality | null,
  { w, h }: { readonly w: number; readonly h: number },
  confidence: number,
): QualityReason[] {
  const failed: Partial<Record<QualityReason, boolean>> = {
    ...(quality && {
      EXTREME_POSE: Math.abs(quality.pose.yaw) > bar.yaw || Math.abs(quality.pose.pitch) > bar.pitch,
      LOW_BRIGHTNESS: quality.brightness < bar.minBrightness,
      LOW_SHARPNESS: quality.sharpness < bar.sharpness,
    }),
    SMALL_BOUNDING_BOX: Math.min(w, h) < bar.boxPixels,
    LOW_CONFIDENCE: confidence < bar.confidence,
  };
  return (Object.keys(failed) as QualityReason[]).filter((reason) => failed[reason]);
}
