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
  const far = scale[index] ?? scale.at(-1);
  const near = index > 0 ? scale[index - 1] : undefined;
  if (near === undefined || far === undefined || far.distance === near.distance) return far?.similarity;
  const part = Math.min(1, (distance - near.distance) / (far.distance - near.distance));
  return near.similarity + part * (far.similarity - near.similarity);
}
