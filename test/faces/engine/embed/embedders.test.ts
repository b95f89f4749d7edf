import { beforeAll, describe, expect, test } from 'vitest';
import { loadDetector } from '../../../../lib/faces/engine/detect/detector.ts';
import { fused, loadEmbedder } from '../../../../lib/faces/engine/embed/embedders.ts';
import type { Landmarks } from '../../../../lib/faces/engine/geometry/landmarks.ts';
import { Pyramid } from '../../../../lib/faces/engine/geometry/pyramid.ts';
import { embeddingModelNames } from '../../../../lib/faces/engine/models/models.ts';
import { smallSample } from '../../samples.ts';

let pyramid: Pyramid;
let faces: Landmarks[];
beforeAll(async () => {
  const { width, height, pixels } = await smallSample(5);
  pyramid = new Pyramid({ width, height, pixels });
  const detector = await loadDetector(0.15);
  faces = (await detector.detect(pyramid)).map(({ landmarks }) => landmarks);
});

function distance(one: Float32Array, other: Float32Array): number {
  let [dot, ones, others] = [0, 0, 0];
  one.forEach((value, index) => {
    const partner = other[index] as number;
    dot += value * partner;
    ones += value ** 2;
    others += partner ** 2;
  });
  return 1 - dot / Math.sqrt(ones * others);
}

describe.each([...embeddingModelNames, 'FastFusion', 'FirstFusion'] as const)('%s', (model) => {
  test('embeds the faces of a crowd as it does each alone, in their order', async () => {
    const embed = await loadEmbedder[model]();
    expect(await embed(pyramid, [])).toEqual([]);
    const alone: Float32Array[] = [];
    for (const face of faces) alone.push(...(await embed(pyramid, [face])));
    expect(alone).toHaveLength(5);
    expect(distance(alone[0] as Float32Array, alone[1] as Float32Array)).toBeGreaterThan(0.05);
    const crowd = Array.from({ length: 19 }, (_, index) => index % 5);
    const together = await embed(
      pyramid,
      crowd.map((face) => faces[face] as Landmarks),
    );
    expect(together).toHaveLength(19);
    together.forEach((embedding, index) => {
      expect(distance(embedding, alone[crowd[index] as number] as Float32Array)).toBeLessThan(1e-6);
    });
  });
});

describe('two embeddings of a face as one', () => {
  const medians = [2, 10];
  /** Makes a face's two embeddings in a plane, from their angles and lengths. */
  const raw = (angle: number, confidence: number) =>
    medians.map((median) => {
      const length = median * confidence;
      return Float32Array.of(length * Math.cos(angle), length * Math.sin(angle));
    });
  const cosine = (one: Float32Array[], other: Float32Array[]) =>
    1 - distance(fused(one, medians), fused(other, medians));

  test('have the length 1 and the cosine that the doubt gives', () => {
    const [z, y, angle] = [1.2, 0.9, 0.7];
    const expected = (z * y * Math.cos(angle) + 0.25) / Math.sqrt((z * z + 0.25) * (y * y + 0.25));
    expect(cosine(raw(0, z), raw(angle, y))).toBeCloseTo(expected, 6);
    expect(Math.hypot(...fused(raw(0, z), medians))).toBeCloseTo(1, 6);
  });

  test('doubt has its floor at 0.8', () => {
    const [sure, doubtful, hopeless] = [1, 0.8, 0.1].map((confidence) => raw(0.9, confidence));
    const other = raw(0, 1);
    expect(cosine(hopeless as Float32Array[], other)).toBeCloseTo(
      cosine(doubtful as Float32Array[], other),
      6,
    );
    expect(cosine(doubtful as Float32Array[], other)).not.toBeCloseTo(
      cosine(sure as Float32Array[], other),
      3,
    );
  });
});
