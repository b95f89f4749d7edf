import { degradedDirections } from './degraded-directions.ts';

/** Length of an embedding's constant part; the length of the face's own part is its confidence. */
export const constantLength = 0.5;
/**
 * Number of values of the constant part, all equal. One value would be by far the largest of the embedding.
 * That would coarsen the gallery's codes, whose step follows from the largest value. This many values fill
 * the last block of codes.
 */
export const constantCount = 32;

/**
 * Joins embeddings of one face by `Fusion`. Bad pictures move everybody's embedding the same way: nearer to
 * some strangers, and away from the person's clear pictures. These directions say nothing about who it is,
 * and are taken out. The mean is as sure as its embeddings.
 * @param weights how much each embedding counts
 */
export function fusionMean(embeddings: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const dimensions = (embeddings[0]?.length ?? 0) - constantCount;
  const sum = new Float64Array(dimensions);
  let [confidences, total] = [0, 0];
  for (const [index, embedding] of embeddings.entries()) {
    const own = embedding.subarray(0, dimensions);
    const weight = weights[index] ?? 1;
    const length = Math.hypot(...own);
    confidences += (weight * constantLength * length) / Math.hypot(...embedding.subarray(dimensions));
    total += weight;
    for (const [at, value] of own.entries()) sum[at] = (sum[at] as number) + (weight * value) / length;
  }
  for (const direction of degradedDirections) {
    const share = direction.reduce((dot, value, at) => dot + value * (sum[at] as number), 0);
    for (const [at, value] of direction.entries()) sum[at] = (sum[at] as number) - share * value;
  }
  const confidence = confidences / total;
  const scale = confidence / Math.hypot(...sum);
  const whole = Math.hypot(confidence, constantLength);
  const constant = constantLength / Math.sqrt(constantCount);
  return Float32Array.from(
    [...sum.map((value) => value * scale), ...Array(constantCount).fill(constant)],
    (value) => value / whole,
  );
}
