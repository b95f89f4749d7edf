import {
  enrollmentBar,
  type MeasuredQuality,
  type QualityBar,
  qualityReasons,
} from '../../../lib/faces/engine/detect/quality.ts';
import type { Face } from '../../../lib/faces/face.ts';
import type { QualityReason } from '../../../lib/faces/quality-reasons.ts';
import type { QualityFilter } from './parameters.ts';

/**
 * Thresholds of the quality filters. The service's own are not published. `AUTO`, which is `LOW` here, is
 * that of our own engine.
 */
const bars: Record<Exclude<QualityFilter, 'NONE' | 'AUTO'>, QualityBar> = {
  LOW: enrollmentBar,
  MEDIUM: {
    ...enrollmentBar,
    ...{ yaw: 45, pitch: 35, boxPixels: 44, sharpness: 50, minBrightness: 15, contrast: 5, confidence: 0.8 },
  },
  HIGH: {
    ...enrollmentBar,
    ...{ yaw: 35, pitch: 30, boxPixels: 56, sharpness: 60, minBrightness: 25, contrast: 6, confidence: 0.95 },
  },
};

/** Lists the reasons why a face does not pass the filter. */
export function qualityProblems(
  face: Face,
  quality: MeasuredQuality,
  filter: QualityFilter,
): QualityReason[] {
  return filter === 'NONE' ? [] : qualityReasons(face, quality, bars[filter === 'AUTO' ? 'LOW' : filter]);
}
