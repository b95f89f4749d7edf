import type { DistanceMetric } from '../../../contract/vocabulary.ts';

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

/** A vector scaled to length 1, and its length. */
export function unitOf(vector: Float64Array): { unit: Float64Array; length: number } {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return { unit: vector.map((value) => value / length), length };
}

/** How near two embeddings of one model are, by the numbers that a search gives. `cosine` -1..1 */
export function compareEmbeddings(
  probe: Float32Array,
  reference: Float32Array,
  metric: DistanceMetric,
): { distance: number; cosine: number } {
  const exact = Float64Array.from(probe);
  const cosine = cosineWith(reference, 0, unitOf(exact).unit);
  const distance = metric === 'euclidean' ? distanceFrom(reference, 0, exact) : distanceOf(metric, cosine);
  return { distance, cosine };
}

/** Less than double precision tells apart after some hundred additions: embeddings that are the same have a distance of 0. */
const rounding = 1e-14;

/** The cosine of the angle between an embedding and a vector of length 1. */
export function cosineWith(vectors: Float32Array, start: number, unit: Float64Array): number {
  let dot = 0;
  let squares = 0;
  for (let i = 0; i < unit.length; i++) {
    const value = vectors[start + i] as number;
    dot += value * (unit[i] as number);
    squares += value * value;
  }
  const cosine = dot / Math.sqrt(squares);
  return cosine > 1 - rounding ? 1 : cosine;
}

/** How far an embedding is from a probe. Made of cosine and lengths, the distance of two that are near would be what rounding leaves. */
export function distanceFrom(vectors: Float32Array, start: number, probe: Float64Array): number {
  let squares = 0;
  for (let i = 0; i < probe.length; i++) {
    const difference = (vectors[start + i] as number) - (probe[i] as number);
    squares += difference * difference;
  }
  return Math.sqrt(squares);
}
