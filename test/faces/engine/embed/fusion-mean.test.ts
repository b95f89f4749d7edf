import { describe, expect, test } from 'vitest';
import { degradedDirections } from '../../../../lib/faces/engine/embed/degraded-directions.ts';
import { fused } from '../../../../lib/faces/engine/embed/embedders.ts';
import { fusionMean } from '../../../../lib/faces/engine/embed/fusion-mean.ts';
import { freedMean } from '../../../../lib/faces/engine/follow.ts';
import { lengthOf } from '../../../../lib/faces/engine/search/distance.ts';
import { printDistance } from '../../../../lib/faces/print.ts';

/** Makes what both networks tell of a face, the same for the same seed. */
function face(seed: number): Float32Array[] {
  const wave = (length: number) =>
    Float32Array.from({ length }, (_, at) => Math.sin((seed + 1) * 12.9898 * (at + 1)) * 2);
  return [wave(512), wave(192)];
}

/** Embeds a face whose embeddings are moved into a common direction, as bad pictures move them. */
function embedded(seed: number, moved = 0, sureness = 1): Float32Array {
  const parts = face(seed);
  const [direction] = degradedDirections as [Float64Array];
  const from = [0, 512];
  const lengths = parts.map(lengthOf);
  const shifted = parts.map((part, index) =>
    part.map(
      (value, at) =>
        value + moved * (lengths[index] as number) * (direction[(from[index] as number) + at] as number),
    ),
  );
  const medians = shifted.map((part) => lengthOf(part) / sureness);
  return fused(shifted, medians);
}

function distance(one: Float32Array, other: Float32Array): number {
  return printDistance({ vectors: { Fusion: one } }, { vectors: { Fusion: other } });
}

describe('the mean of embeddings by Fusion', () => {
  test('is of length 1, with the constant part of an embedding as sure as those', () => {
    for (const sureness of [0.8, 1, 1.3]) {
      const one = embedded(1, 0, sureness);
      const mean = fusionMean([one, embedded(2, 0, sureness)], [1, 1]);
      expect(mean).toHaveLength(one.length);
      expect(lengthOf(mean)).toBeCloseTo(1, 5);
      expect(mean.at(-1)).toBeCloseTo(one.at(-1) as number, 5);
    }
  });

  test('is not moved by what bad pictures add to all faces', () => {
    const reference = embedded(1);
    const moved = embedded(1, 0.8);
    expect(distance(moved, reference)).toBeGreaterThan(0.1);
    expect(distance(fusionMean([moved], [1]), reference)).toBeLessThan(0.02);
    const [one, other] = [embedded(3, 0.8), embedded(4, 0.8)];
    expect(distance(fusionMean([one], [1]), other)).toBeGreaterThan(distance(one, other));
  });

  test('leaves what says who it is', () => {
    expect(distance(fusionMean([embedded(5)], [1]), embedded(5))).toBeLessThan(0.02);
  });

  test('counts embeddings as their weights say', () => {
    const [one, other] = [embedded(1), embedded(2)];
    const mean = fusionMean([one, other], [3, 1]);
    expect(distance(mean, one)).toBeLessThan(distance(mean, other));
    expect(distance(fusionMean([one, other], [1, 0]), fusionMean([one], [1]))).toBeCloseTo(0, 5);
  });

  test('is there for Fusion in both profiles, and for no other model', () => {
    expect(freedMean({ embedder: 'Dlib' })).toBeUndefined();
    expect(freedMean({ embedder: 'MobileFaceNet' })).toBeUndefined();
    for (const embedder of ['Fusion', 'FastFusion'] as const) {
      const prints = [embedded(1), embedded(2)].map((vector) => ({ vectors: { [embedder]: vector } }));
      const mean = freedMean({ embedder })?.(prints, [1, 2]);
      expect(mean?.vectors[embedder]).toEqual(fusionMean([embedded(1), embedded(2)], [1, 2]));
    }
  });
});
