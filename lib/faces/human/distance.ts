import type { DistanceMetric } from '../../contract/vocabulary.ts';

/**
 * The distance between two embeddings, from the cosine of the angle between them (-1..1). Lower is closer. These three and `euclidean`,
 * between the embeddings as the model gives them, are DeepFace's: `cosine` 1 - cos (0..2), `euclidean_l2` between their unit vectors
 * (0..2), `angular` the angle over pi (0..1).
 */
export function distanceOf(metric: Exclude<DistanceMetric, 'euclidean'>, cosine: number): number {
  const clamped = Math.max(-1, Math.min(1, cosine));
  switch (metric) {
    case 'cosine':
      return 1 - clamped;
    case 'euclidean_l2':
      return Math.sqrt(2 - 2 * clamped);
    case 'angular':
      return Math.acos(clamped) / Math.PI;
  }
}

/** 0..100, higher is closer: the cosine as a percentage, 0 where it is negative. */
export function similarityOf(cosine: number): number {
  return 100 * Math.max(0, Math.min(1, cosine));
}

/** The length of a vector. */
export function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}
