import { enrollmentBar, type QualityBar, qualityReasons } from '../../lib/faces/human/quality.ts';
import type { Face, FaceQuality } from '../../lib/faces/port.ts';
import type { QualityReason } from '../../lib/faces/quality-reasons.ts';
import type { QualityFilter } from './parameters.ts';

/** How the service sets its bars is not published. `AUTO`, which is `LOW` here, is that of our own engine. */
const bars: Record<Exclude<QualityFilter, 'NONE' | 'AUTO'>, QualityBar> = {
  LOW: enrollmentBar,
  MEDIUM: {
    ...enrollmentBar,
    confidence: 0.7,
    boxPixels: 40,
    minBrightness: 15,
    sharpness: 45,
    yaw: 45,
    pitch: 35,
  },
  HIGH: {
    ...enrollmentBar,
    confidence: 0.75,
    boxPixels: 48,
    minBrightness: 25,
    sharpness: 55,
    yaw: 35,
    pitch: 30,
  },
};

/** Why a face does not pass the filter; none when it does. */
export function qualityProblems(face: Face, quality: FaceQuality, filter: QualityFilter): QualityReason[] {
  return filter === 'NONE' ? [] : qualityReasons(face, quality, bars[filter === 'AUTO' ? 'LOW' : filter]);
}
