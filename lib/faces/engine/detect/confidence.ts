import type { FoundFace } from './blazeface.ts';

/**
 * 0..1: faces that are less likely are left out unless a setting says otherwise. Lower than the 0.5 of an even chance, so that faces which
 * are half cut off by the picture's edge, or turned to the side, stay.
 */
export const usualMinConfidence = 0.15;

/** How the odds that a box shows a face follow from the logarithms of the odds that its detector and the mesh give. */
interface Fit {
  readonly start: number;
  readonly box: number;
  readonly mesh: number;
}

/**
 * Logistic regressions on boxes of which it is known what they show: mosaics, portraits, the same cut off and turned, and pictures without
 * people.
 */
const fits: Readonly<Record<'blazeFace' | 'ssd', Fit>> = {
  blazeFace: { start: -2.52, box: 2.26, mesh: 0.547 },
  ssd: { start: -1.46, box: 0.9, mesh: 0.42 },
};

/**
 * The share of boxes of these scores that are faces, 0..1, on one scale for both detectors.
 * @param mesh 0..1, how sure the mesh is; 0 where it sees no face.
 */
export function confidenceOf(face: Pick<FoundFace, 'confidence' | 'points'>, mesh: number): number {
  const fit = fits[face.points ? 'blazeFace' : 'ssd'];
  const [box, seen] = evidenceOf(face.confidence, mesh);
  return 1 / (1 + Math.exp(-(fit.start + fit.box * box + fit.mesh * seen)));
}

/** What a detector's and the mesh's scores tell, as logarithms of odds. */
export function evidenceOf(box: number, mesh: number): [box: number, mesh: number] {
  // A face that is turned far to the side has no mesh: that alone must not rule it out.
  return [logOdds(box, 0.001), logOdds(mesh, 0.05)];
}

/** The logarithm of a share's odds, of a share 0..1 that is not less than `least` nor surer than 1 in 100,000. */
export function logOdds(share: number, least: number): number {
  const bounded = Math.min(0.99999, Math.max(least, share));
  return Math.log(bounded / (1 - bounded));
}
