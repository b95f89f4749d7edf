import { beforeAll, describe, expect, test } from 'vitest';
import { type Detector, loadDetector } from '../../../lib/faces/human/detector.ts';
import { type Embedder, loadEmbedder } from '../../../lib/faces/human/embedders.ts';
import { embeddingModelNames, embeddingModels } from '../../../lib/faces/human/models.ts';
import { loadRuntime, type Runtime } from '../../../lib/faces/human/runtime.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { pictureOfNobody, smallSample, turned } from '../samples.ts';

/** The engine without its workers, so that its memory can be looked into. */
describe('on one thread', () => {
  let runtime: Runtime;
  let detector: Detector;
  let embedders: Embedder[];
  beforeAll(async () => {
    runtime = await loadRuntime();
    detector = await loadDetector(runtime, 0.5);
    embedders = await Promise.all(embeddingModelNames.map((model) => loadEmbedder[model](runtime)));
  });

  /** Finds and embeds every face of a picture; returns the lengths of their embeddings. */
  async function process({ width, height, pixels }: Picture): Promise<number[]> {
    const picture = { width, height, data: pixels };
    const faces = (await detector.detect(picture)).map(({ landmarks }) => landmarks);
    const dimensions: number[] = [];
    for (const embed of embedders) {
      dimensions.push(...(await embed(picture, faces)).map((embedding) => embedding.length));
    }
    return dimensions;
  }

  test('thirty pictures leave no tensor behind', async () => {
    const group = await smallSample(3);
    const nobody = await pictureOfNobody();
    const pictures = [group, nobody, await turned(nobody, 30)];
    await process(group);
    const { numTensors } = runtime.tf.memory();
    const left: number[] = [];
    for (let index = 0; index < 30; index++) {
      await process(pictures[index % 3] as Picture);
      left.push(runtime.tf.memory().numTensors - numTensors);
    }
    expect(left).toEqual(Array(30).fill(0));
    const expected = embeddingModelNames.flatMap((model) => Array(3).fill(embeddingModels[model].dimensions));
    expect(await process(group)).toEqual(expected);
  });

  test('a picture that cannot be worked on leaves no tensor behind either', async () => {
    const { numTensors } = runtime.tf.memory();
    const { width, height, pixels } = await smallSample(3);
    const cutOff = { width, height, data: pixels.subarray(0, 1000) };
    await expect(detector.detect(cutOff)).rejects.toThrow();
    expect(runtime.tf.memory().numTensors).toBe(numTensors);
  });
});
