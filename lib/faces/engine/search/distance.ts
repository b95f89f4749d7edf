import type { DistanceMetric } from '../../../contract/vocabulary.ts';

/**
 * Computes the distance between two embeddings from the cosine of their angle (-1..1); lower is closer. The
 * metrics are DeepFace's: `cosine` is 1 - cos (0..2), `euclidean_l2` is between the unit vectors (0..2),
 * `angular` is the angle over pi (0..1). `euclidean` is between the embeddings themselves, see
 * `distanceFrom`.
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

/** Computes the length of a vector. */
export function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

/** Scales a vector to length 1; returns its former length too. */
export function unitOf(vector: Float64Array): { unit: Float64Array; length: number } {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return { unit: vector.map((value) => value / length), length };
}

/**
 * Computes the distance between two embeddings of one model, exactly as a search does, and their cosine
 * (-1..1).
 */
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

/**
 * Difference from 1 below which a cosine is taken for 1: some hundred additions in double precision are no
 * more exact. Equal embeddings get the distance 0 by it.
 */
const rounding = 1e-14;

/** Computes the cosine of the angle between an embedding and a vector of length 1. */
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

/**
 * Computes the euclidean distance between an embedding and a probe. It is not derived from cosine and
 * lengths, because rounding would falsify small distances.
 */
export function distanceFrom(vectors: Float32Array, start: number, probe: Float64Array): number {
  let squares = 0;
  for (let i = 0; i < probe.length; i++) {
    const difference = (vectors[start + i] as number) - (probe[i] as number);
    squares += difference * difference;
  }
  return Math.sqrt(squares);
}
