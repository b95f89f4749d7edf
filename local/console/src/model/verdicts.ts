import type { BlacklistMatch, DetectedFace } from '../../../../lib/contract/shapes.ts';

/** Comparison of a face with one listed person: the pictures that the service returned, best first. */
export interface Comparison {
  readonly entry: BlacklistMatch['entry'];
  readonly best: BlacklistMatch;
  readonly references: readonly BlacklistMatch[];
  readonly isMatch: boolean;
}

export interface Verdict {
  readonly face: DetectedFace;
  /** Best first. */
  readonly comparisons: readonly Comparison[];
  readonly isMatch: boolean;
}

/**
 * Determines who matches a face at a threshold. It can only judge the people whom the service returned: its
 * own matches, and the near misses.
 * @param threshold undefined: the one that the service judged by
 */
export function judge(face: DetectedFace, threshold: number | undefined): Verdict {
  const told = [...face.blacklist_matches, ...(face.candidates ?? [])];
  const byEntry = Map.groupBy(told, ({ entry }) => entry.id);
  const comparisons = [...byEntry.values()]
    .map((group) => group.toSorted((one, other) => one.distance - other.distance))
    .flatMap((references) => {
      const [best] = references;
      if (best === undefined) return [];
      return [{ entry: best.entry, best, references, isMatch: matches(face, best, threshold) }];
    })
    .sort((one, other) => one.best.distance - other.best.distance);
  return { face, comparisons, isMatch: comparisons.some(({ isMatch }) => isMatch) };
}

function matches(face: DetectedFace, best: BlacklistMatch, threshold: number | undefined): boolean {
  // The service's own verdict is not computed again from rounded numbers.
  return threshold === undefined ? face.blacklist_matches.includes(best) : best.distance <= threshold;
}

/** A distance and the similarity that goes with it. */
export interface ScalePoint {
  readonly distance: number;
  readonly similarity: number;
}

/** Returns the similarity at a distance, between the points that are known, which come by rising distance. */
export function similarityAt(scale: readonly ScalePoint[], distance: number): number {
  const index = scale.findIndex((point) => point.distance >= distance);
  const far = scale[index] ?? scale.at(-1);
  const near = index > 0 ? scale[index - 1] : undefined;
  if (far === undefined) return 0;
  if (near === undefined || far.distance === near.distance) return far.similarity;
  const part = Math.min(1, (distance - near.distance) / (far.distance - near.distance));
  return near.similarity + part * (far.similarity - near.similarity);
}
