/**
 * Cosine distances within which 1 in 100, 1,000, 10,000, 100,000 and 1,000,000 pairs of pictures of different
 * people lie. `npm run calibrate` measured them on folds 1 and 2 of Labeled Faces in the Wild (844 people,
 * 1,991,400 such pairs).
 */
export const distancesAtPowersOfTen = {
  Fusion: [0.5671, 0.4922, 0.4353, 0.3864, 0.3479],
  FastFusion: [0.5686, 0.4941, 0.4363, 0.3884, 0.3395],
  FirstFusion: [0.3214, 0.2805, 0.2491, 0.2217, 0.189],
  MobileFaceNet: [0.7488, 0.6596, 0.5838, 0.5237, 0.462],
  Dlib: [0.0917, 0.0737, 0.0598, 0.0481, 0.0421],
} as const satisfies Record<string, readonly number[]>;

/**
 * Euclidean distances of the same pairs for Dlib, whose embeddings differ in length. `npm run calibrate --
 * FOLDER Dlib euclidean` measured them.
 */
export const dlibEuclideanAtPowersOfTen = [0.6143, 0.5435, 0.4741, 0.4152, 0.3984] as const;

/**
 * Converts a distance to a similarity, 0..100, that has the same meaning for every model. A share of (1 -
 * similarity / 100)^3 of the pairs of different people reaches it. 80 is 1 pair in 125; 90 is 1 in 1,000; 95
 * is 1 in 8,000; 99 is 1 in a million.
 *
 * Between the measured distances, the share's logarithm is linear. Below the distance of 1 in a million
 * nothing was measured, and the similarity rises linearly to 100 at distance 0. Beyond 1 in 100 it goes on
 * falling at the same rate, down to 0.
 * @param model the model, or its distances at 1 in 100, 1,000 … as far as they were measured, at least two
 * @param distance cosine distance, 0..2
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
  const [nearer, farther] = [distances[index] as number, distances[index - 1] as number];
  const exponent = -(index + 2) + (distance - nearer) / (farther - nearer);
  return ofShare(exponent);
}

/**
 * Converts a distance of one version of a model to another version: the same share of different people's
 * pairs lies within both. Between the measured distances the map is linear, as it is from 0 to the nearest
 * and from the farthest to 2.
 * @param distance cosine distance, 0..2
 * @param from calibration of the distance, for the same shares as `to`
 */
export function equivalentDistance(distance: number, from: readonly number[], to: readonly number[]): number {
  const [known, wanted] = [from, to].map((distances) => [0, ...distances.toReversed(), 2]) as [
    number[],
    number[],
  ];
  const next = known.findIndex((measured, index) => index > 0 && measured >= distance);
  if (next < 0) return distance;
  const [nearer, farther] = [known[next - 1] as number, known[next] as number];
  const [nearerWanted, fartherWanted] = [wanted[next - 1] as number, wanted[next] as number];
  return nearerWanted + ((distance - nearer) / (farther - nearer)) * (fartherWanted - nearerWanted);
}

/**
 * Computes the share of pairs of different people within a distance, see `similarityAt`. Shares below 1 in a
 * million were not measured.
 */
export function falseMatchRateAt(distances: readonly number[], distance: number): number {
  return (1 - similarityAt(distances, distance) / 100) ** 3;
}

/**
 * Computes the distance within which a share of the pairs of different people lies: the inverse of
 * `falseMatchRateAt`.
 * @param falseMatchRate above 0, at most 1 in 100, because nothing beyond was measured
 */
export function distanceAtRate(distances: readonly number[], falseMatchRate: number): number {
  const exponent = Math.log10(falseMatchRate);
  const nearest = distances.at(-1) as number;
  const rarest = -1 - distances.length;
  if (exponent <= rarest) {
    return (nearest * falseMatchRate ** (1 / 3)) / 10 ** (rarest / 3);
  }
  const index = Math.min(distances.length - 2, Math.max(0, Math.floor(-2 - exponent)));
  const [farther, nearer] = [distances[index] as number, distances[index + 1] as number];
  return nearer + (exponent + index + 3) * (farther - nearer);
}

/** Computes the similarity that a share of 10^exponent of different people's pairs reaches. */
function ofShare(exponent: number): number {
  return 100 * (1 - 10 ** (exponent / 3));
}
