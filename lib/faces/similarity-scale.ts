/** A similarity (0..100) at a distance. */
export interface ScalePoint {
  readonly distance: number;
  readonly similarity: number;
}

/**
 * Returns the similarity at a distance, between the points that are known, which come by rising distance;
 * `undefined` if none is known.
 */
export function similarityOnScale(scale: readonly ScalePoint[], distance: number): number | undefined {
  const index = scale.findIndex((point) => point.distance >= distance);
  const upper = scale[index] ?? scale.at(-1);
  const lower = index > 0 ? scale[index - 1] : undefined;
  if (lower === undefined || upper === undefined || upper.distance === lower.distance)
    return upper?.similarity;
  const part = Math.min(1, (distance - lower.distance) / (upper.distance - lower.distance));
  return lower.similarity + part * (upper.similarity - lower.similarity);
}
