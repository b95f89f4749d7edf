import { pooledLooks, qualityOf, weightOf } from '../../lib/cameras/decide.ts';
import { degradedDirections } from '../../lib/faces/engine/embed/degraded-directions.ts';
import { constantCount } from '../../lib/faces/engine/embed/fusion-mean.ts';
import type { EmbedderName } from '../../lib/faces/engine/models/models.ts';
import type { FaceSample } from './rules.ts';

/** A passage's looks, and embeddings of clear pictures of the person. */
export interface ComparedPassage {
  readonly looks: readonly FaceSample[];
  readonly clear: readonly Float32Array[];
}

/** Steps of the power iteration, many more than it needs. */
const steps = 500;

/**
 * Computes the directions in which passages differ most from clear pictures of the same people: singular
 * vectors of the differences, by power iteration. Tells them as `degraded-directions.ts` has them, each with
 * its cosine to the one in use.
 */
export function describeDirections(passages: readonly ComparedPassage[], embedder: EmbedderName): string {
  const differences = passages
    .filter(({ looks, clear }) => looks.length > 0 && clear.length > 0)
    .map(({ looks, clear }) => difference(unit(meanOf(looks, embedder)), unit(total(clear.map(ownPart)))));
  const found: Float64Array[] = [];
  const lines = degradedDirections.map((used) => {
    const direction = strongest(differences, found);
    found.push(direction);
    const cosine = Math.abs(dot(direction, used)).toFixed(3);
    return `${Buffer.from(signedBytes(direction)).toString('base64')}\ncosine to the one in use: ${cosine}`;
  });
  return [`${differences.length} passages`, ...lines].join('\n\n');
}

/** Finds the direction that the differences share most, at right angles to those found before. */
function strongest(differences: readonly Float64Array[], before: readonly Float64Array[]): Float64Array {
  let direction = unit(Float64Array.from(differences[0] ?? [], (_, at) => Math.sin(at + 1)));
  for (let step = 0; step < steps; step++) {
    const next = total(differences.map((one) => scaled(one, dot(one, direction))));
    direction = unit(before.reduce((rest, known) => difference(rest, scaled(known, dot(rest, known))), next));
  }
  return direction;
}

function meanOf(looks: readonly FaceSample[], embedder: EmbedderName): Float64Array {
  const quality = ({ width, confidence }: FaceSample) => qualityOf(width, confidence);
  const best = looks.toSorted((one, other) => quality(other) - quality(one)).slice(0, pooledLooks);
  return total(
    best.map(({ print, width, confidence }) =>
      scaled(ownPart(print.vectors[embedder] as Float32Array), weightOf(width, confidence)),
    ),
  );
}

/** Returns an embedding without its constant part, at length 1. */
function ownPart(embedding: Float32Array): Float64Array {
  return unit(Float64Array.from(embedding.subarray(0, -constantCount)));
}

/** Writes a direction as bytes with a sign: its largest value is 127. */
function signedBytes(direction: Float64Array): Int8Array {
  const most = direction.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  return Int8Array.from(direction, (value) => Math.round((127 * value) / most));
}

function dot(one: Float64Array, other: Float64Array): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] as number), 0);
}

function scaled(vector: Float64Array, factor: number): Float64Array {
  return vector.map((value) => value * factor);
}

function unit(vector: Float64Array): Float64Array {
  return scaled(vector, 1 / Math.hypot(...vector));
}

function difference(one: Float64Array, other: Float64Array): Float64Array {
  return one.map((value, at) => value - (other[at] as number));
}

function total(vectors: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors)
    for (const [at, value] of vector.entries()) sum[at] = (sum[at] as number) + value;
  return sum;
}
