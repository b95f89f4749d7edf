import type { Verification, VerifyRequest } from '../contract/endpoints/verify.ts';
import type { Comparison } from '../faces/port.ts';
import type { Ports } from '../ports.ts';
import { lendInputs } from './lend-pictures.ts';
import { faceOptions } from './options.ts';

/**
 * Compares the largest faces of two pictures. Nothing is kept.
 * @param remainingMs how long the request may still take.
 * @throws InputUnreadableError, InputTooLargeError, UnsupportedFormatError, NoFaceError which name the picture that can't be used
 */
export async function verify(
  ports: Pick<Ports, 'faces' | 'inputs' | 'pictureSlots'>,
  { image1, image2, ...overrides }: VerifyRequest,
  remainingMs?: () => number,
): Promise<Verification> {
  const started = performance.now();
  const loans = await lendInputs(ports, { image1, image2 });
  const compared = await ports.faces.compare(loans.image1, loans.image2, {
    ...faceOptions(overrides),
    remainingMs,
  });
  return {
    ...verdict(compared),
    facial_areas: { img1: compared.probe.area, img2: compared.reference.area },
    time: secondsSince(started),
  };
}

/** How near two faces are, and what that means. */
export function verdict(
  compared: Omit<Comparison, 'probe' | 'reference'>,
): Omit<Verification, 'facial_areas' | 'time'> {
  const { distance, threshold, similarity, model, detectorBackend, metric } = compared;
  return {
    verified: distance <= threshold,
    distance,
    threshold,
    similarity,
    model,
    detector_backend: detectorBackend,
    similarity_metric: metric,
  };
}

/** To the millisecond. */
export function secondsSince(started: number): number {
  return Math.round(performance.now() - started) / 1000;
}
