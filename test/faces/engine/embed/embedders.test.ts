import { beforeAll, describe, expect, test } from 'vitest';
import { type Landmarks, loadDetector } from '../../../../lib/faces/engine/detect/detector.ts';
import { loadEmbedder } from '../../../../lib/faces/engine/embed/embedders.ts';
import { Pyramid } from '../../../../lib/faces/engine/geometry/pyramid.ts';
import { embeddingModelNames } from '../../../../lib/faces/engine/models/models.ts';
import { smallSample } from '../../samples.ts';

let pyramid: Pyramid;
let faces: Landmarks[];
beforeAll(async () => {
  const { width, height, pixels } = await smallSample(5);
  pyramid = new Pyramid({ width, height, data: pixels });
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

describe.each(embeddingModelNames)('%s', (model) => {
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
