import type { FoundFace } from './blazeface.ts';

/**
 * Confidence below which faces are left out unless a setting says otherwise, 0..1. It is lower than the 0.5
 * of an even chance. So faces stay that are half cut off by the picture's edge, or turned to the side.
 */
export const usualMinConfidence = 0.15;

/**
 * Weights of the logarithms of the odds that a detector and the mesh give. Their sum is the logarithm of
 * the odds that the box shows a face.
 */
interface Fit {
  readonly start: number;
  readonly box: number;
  readonly mesh: number;
}

/**
 * Logistic regressions on boxes of which it is known what they show: mosaics, portraits, the same cut off
 * and turned, and pictures without people.
 */
const fits: Readonly<Record<'blazeFace' | 'ssd', Fit>> = {
  blazeFace: { start: -1.881, box: 2.267, mesh: 0.62 },
  ssd: { start: 0.195, box: 0.787, mesh: 0.514 },
};

/**
 * Computes the share of boxes of these scores that are faces, 0..1, on one scale for both detectors.
 * @param mesh 0..1, how sure the mesh is; 0 where it sees no face.
 */
export function confidenceOf(face: Pick<FoundFace, 'confidence' | 'points'>, mesh: number): number {
  const fit = fits[face.points ? 'blazeFace' : 'ssd'];
  const [box, seen] = evidenceOf(face.confidence, mesh);
  return 1 / (1 + Math.exp(-(fit.start + fit.box * box + fit.mesh * seen)));
}

/** Converts a detector's and the mesh's scores to logarithms of odds. */
export function evidenceOf(box: number, mesh: number): [box: number, mesh: number] {
  // A face that is turned far to the side has no mesh: that alone must not rule it out.
  return [logOdds(box, 0.001), logOdds(mesh, 0.05)];
}

/**
 * Computes the logarithm of a share's odds. The share, 0..1, counts as `least` at least, and as all but 1
 * in 100,000 at most.
 */
export function logOdds(share: number, least: number): number {
  const bounded = Math.min(0.99999, Math.max(least, share));
  return Math.log(bounded / (1 - bounded));
}
