/**
 * The cosine distances within which 1 in 100, 1,000, 10,000, 100,000 and 1,000,000 pairs of pictures of different people lie: measured
 * by `npm run calibrate` on folds 1 and 2 of Labeled Faces in the Wild (844 people, 1,991,400 such pairs).
 */
export const distancesAtPowersOfTen = {
  Fusion: [0.3214, 0.2805, 0.2491, 0.2217, 0.189],
  MobileFaceNet: [0.7488, 0.6596, 0.5838, 0.5237, 0.462],
  Dlib: [0.0917, 0.0737, 0.0598, 0.0481, 0.0421],
} as const satisfies Record<string, readonly number[]>;

/**
 * How near two faces are, 0..100, so that it means the same for every model: of pairs of different people, a share of
 * (1 - similarity / 100)^3 comes so near. 80 is 1 pair in 125; 90, 1 in 1,000; 95, 1 in 8,000; 99, 1 in a million. Between the measured
 * distances the share's logarithm runs straight; nearer than 1 in a million, where nothing was measured, similarity runs straight to 100 at
 * distance 0; farther than 1 in 100 it goes on falling as it does there, to 0.
 * @param model or its distances at 1 in 100, 1,000 … as far as they were measured, at least two
 * @param distance cosine, 0..2
 */
export function similarityAt(
  model: keyof typeof distancesAtPowersOfTen | readonly number[],
  distance: number,
): number {
  const distances: readonly number[] = typeof model === 'string' ? distancesAtPowersOfTen[model] : model;
  const nearest = distances.at(-1) as number;
  if (distance <= nearest) {
    return 100 - (Math.max(0, distance) / nearest) * (100 - ofShare(-1 - distances.length));
  }
  const index = distances.findIndex((measured) => measured <= distance);
  if (index === 0) {
    const [loosest, next] = distances as [number, number];
    const slope = (ofShare(-3) - ofShare(-2)) / (loosest - next);
    return Math.max(0, ofShare(-2) - slope * (distance - loosest));
  }
  const [near, far] = [distances[index] as number, distances[index - 1] as number];
  const exponent = -(index + 2) + (distance - near) / (far - near);
  return ofShare(exponent);
}

/** The share of pairs of different people that come so near, see `similarityAt`; what is less than 1 in a million was not measured. */
export function falseMatchRateAt(distances: readonly number[], distance: number): number {
  return (1 - similarityAt(distances, distance) / 100) ** 3;
}

/** The similarity that a share of 10^exponent of different people's pairs reaches. */
function ofShare(exponent: number): number {
  return 100 * (1 - 10 ** (exponent / 3));
}
