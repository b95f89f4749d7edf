import type { FaceMatch } from '../faces/face.ts';

/**
 * Number of looks, the best by quality, whose mean is compared. On development people the mean of 8 found as
 * many as that of all, with fewer wrong.
 */
export const pooledLooks = 8;

/** Moment of a decision: while the person is in view, or when the last look has passed. */
export type Phase = 'early' | 'end';

/**
 * Looks within the threshold that are needed beside the mean: no chance likeness is told while more looks
 * come. Means of blurred faces lie nearer to everybody, so at the end a look must agree with those that are
 * not freed of that.
 */
const neededLooks = {
  freed: { early: 3, end: 0 },
  plain: { early: 2, end: 1 },
} as const satisfies Record<string, Record<Phase, number>>;

/** Neighbours in the gallery of a track's looks, and of the mean of the best of them. */
export interface TrackNeighbours {
  /** Neighbours of each look, all within the threshold. */
  readonly looks: readonly (readonly FaceMatch[])[];
  /** Neighbours of the mean, all within the threshold. */
  readonly mean: readonly FaceMatch[];
  /** True if the mean is freed of what bad pictures add to all faces, see `FaceFollower.mean`. */
  readonly isFreed: boolean;
}

/** An entry that the track shows. */
export interface TrackMatch {
  readonly entryId: number;
  /** Number of looks within the threshold. */
  readonly matchedLooks: number;
  /** Reference images within the threshold of the mean, nearest first. */
  readonly matches: readonly FaceMatch[];
}

/**
 * Decides whom a track shows: each entry that the mean is within the threshold of, and enough looks too.
 * @returns nearest first
 */
export function decide({ looks, mean, isFreed }: TrackNeighbours, phase: Phase): TrackMatch[] {
  const needed = neededLooks[isFreed ? 'freed' : 'plain'][phase];
  const matchedLooks = new Map<number, number>();
  for (const neighbours of looks) {
    for (const entryId of new Set(neighbours.map((match) => match.entryId))) {
      matchedLooks.set(entryId, (matchedLooks.get(entryId) ?? 0) + 1);
    }
  }
  const byEntry = Map.groupBy(
    mean.toSorted((one, other) => one.distance - other.distance),
    ({ entryId }) => entryId,
  );
  return [...byEntry].flatMap(([entryId, matches]) => {
    const count = matchedLooks.get(entryId) ?? 0;
    return count >= needed ? [{ entryId, matchedLooks: count, matches }] : [];
  });
}

/** Weight of the confidence beside the logarithm of a face's width, by least squares within passages. */
const confidenceWeight = 3.3;

/** Tells how much a look says about who it is; a measured sharpness would be fooled by the sensor's noise. */
export function qualityOf(width: number, confidence: number): number {
  return Math.log(Math.max(1, width)) + confidenceWeight * confidence;
}

/** Pixels of a face's width beyond which a print says no more: the networks look at about so many. */
const fullWidth = 112;

/**
 * Tells how much a look weighs in the mean. On development people and on others the mean of weighted looks
 * found a hundredth more, with no more wrong.
 */
export function weightOf(width: number, confidence: number): number {
  return Math.exp(2 * qualityOf(Math.min(fullWidth, width), confidence));
}
