import type { VerifyRequest } from '../contract/endpoints/verify.ts';
import type { Verification } from '../contract/verification.ts';
import type { Deadline } from '../deadline.ts';
import type { Comparison } from '../faces/comparing.ts';
import type { Ports } from '../ports.ts';
import { faceOptions, shownWarnings } from './face-options.ts';
import { openInputs } from './open-inputs.ts';

/** Options that no request sets. */
export interface VerifyOptions {
  /** Time by which the request must be done. */
  readonly deadline?: Deadline;
  /** Width of the band of near misses, see `FaceOptions`. */
  readonly reviewBand?: number;
}

/**
 * Compares the largest faces of two pictures. It stores nothing.
 * @throws InputUnreadableError, InputTooLargeError, UnsupportedFormatError, NoFaceError which name the
 *   picture that can't be used
 */
export async function verify(
  ports: Pick<Ports, 'faces' | 'inputs' | 'pictureSlots'>,
  { image1, image2, ...overrides }: VerifyRequest,
  { deadline, reviewBand }: VerifyOptions = {},
): Promise<Verification> {
  const started = performance.now();
  const opened = await openInputs(ports, { image1, image2 }, deadline);
  const compared = await ports.faces.compare(opened.image1, opened.image2, {
    ...faceOptions(overrides),
    deadline,
    reviewBand,
  });
  return {
    ...verdict(compared),
    facial_areas: { img1: compared.probe.area, img2: compared.reference.area },
    face_counts: { img1: compared.probe.faceCount, img2: compared.reference.faceCount },
    time: secondsSince(started),
  };
}

/** Returns the API's fields of a comparison: the numbers, and the verdict. */
export function verdict(
  compared: Omit<Comparison, 'probe' | 'reference'>,
): Omit<Verification, 'facial_areas' | 'face_counts' | 'time'> {
  const { distance, threshold, nearThreshold, similarity, model, detectorBackend, metric } = compared;
  return {
    verified: distance <= threshold,
    distance,
    threshold,
    near_threshold: nearThreshold,
    similarity,
    model,
    detector_backend: detectorBackend,
    similarity_metric: metric,
    warnings: shownWarnings(compared),
  };
}

/** Returns the seconds since `started`, rounded to milliseconds. */
export function secondsSince(started: number): number {
  return Math.round(performance.now() - started) / 1000;
}
