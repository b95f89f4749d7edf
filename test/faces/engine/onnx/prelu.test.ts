import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { modelFile } from '../../../../lib/faces/engine/models/model-files.ts';
import { type OnnxTensor, writeOnnx } from '../../../../lib/faces/engine/onnx/graph.ts';
import { replacePRelu } from '../../../../lib/faces/engine/onnx/prelu.ts';

const ort: typeof Ort = createRequire(import.meta.url)('onnxruntime-node');

async function outputOf(model: Uint8Array, shape: readonly number[], values: Float32Array) {
  const session = await ort.InferenceSession.create(model);
  const { output } = await session.run({ input: new ort.Tensor('float32', values, shape) });
  return output?.data as Float32Array;
}

const hasPRelu = (model: Uint8Array) => Buffer.from(model).includes('PRelu');

/** Makes values between -1 and 1, the same each time. */
const wave = (length: number) => Float32Array.from({ length }, (_, index) => Math.sin(index * index));

function preluModel(slope: Omit<OnnxTensor, 'name'>, otherUser = false): Uint8Array {
  const shape = ['faces', 3, 4, 5];
  const operator = (name: string, inputs: string[], output: string) => ({ operator: name, inputs, output });
  return writeOnnx(
    otherUser
      ? [operator('PRelu', ['input', 'slope'], 'bent'), operator('Mul', ['bent', 'slope'], 'output')]
      : [operator('PRelu', ['input', 'slope'], 'output')],
    [{ name: 'slope', ...slope }],
    { name: 'input', shape },
    [{ name: 'output', shape }],
  );
}

const slopes = Float32Array.of(-0.5, 0.25, 1.75);

describe('PRelu without PRelu', () => {
  test("gives MobileFaceNet's embeddings, but for rounding", async () => {
    const original = await readFile(modelFile('mobilefacenet'));
    const rewritten = replacePRelu(original);
    expect([hasPRelu(original), hasPRelu(rewritten)]).toEqual([true, false]);
    const shape = [1, 3, 112, 112];
    const face = wave(3 * 112 * 112);
    const [expected, actual] = [
      await outputOf(original, shape, face),
      await outputOf(rewritten, shape, face),
    ];
    expect(Math.max(...expected)).toBeGreaterThan(0.1);
    const errors = expected.map((value, index) => Math.abs(value - (actual[index] as number)));
    expect(Math.max(...errors)).toBeLessThan(1e-5);
  });

  test.each([
    ['[channels, 1, 1]', [3, 1, 1], false],
    ['[1, channels, 1, 1]', [1, 3, 1, 1], false],
    ['that something else takes too', [3, 1, 1], true],
  ])('bends each channel by its slope, of whatever sign and size: slopes %s', async (_, shape, otherUser) => {
    const original = preluModel({ shape, data: slopes }, otherUser);
    const rewritten = replacePRelu(original);
    expect(hasPRelu(rewritten)).toBe(false);
    const values = wave(2 * 3 * 4 * 5);
    const expected = values.map((value, index) => {
      const slope = slopes[Math.floor(index / 20) % 3] as number;
      return (value > 0 ? value : slope * value) * (otherUser ? slope : 1);
    });
    const actual = await outputOf(rewritten, [2, 3, 4, 5], values);
    expect(actual).toHaveLength(expected.length);
    expected.forEach((value, index) => {
      expect(actual[index]).toBeCloseTo(value, 6);
    });
  });

  test.each([
    ['one slope for all', { shape: [1], data: Float32Array.of(0.25) }],
    ['a slope for each column', { shape: [5], data: wave(5) }],
    ['a slope for each place', { shape: [3, 4, 5], data: wave(60) }],
  ])('leaves %s as it is', async (_, slope) => {
    const original = preluModel(slope);
    const rewritten = replacePRelu(original);
    expect(Buffer.compare(rewritten, original)).toBe(0);
  });
});
