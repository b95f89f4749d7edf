import { mkdtempDisposable, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { modelFile } from '../lib/faces/engine/models/model-files.ts';

/** The runtime as programs of a test run load it, after the preloaded hook. */
const { InferenceSession, Tensor }: typeof import('onnxruntime-node') = createRequire(import.meta.url)(
  'onnxruntime-node',
);

test('a network of a test run answers each input that is new by itself, and no other', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'network-answers-'));
  process.env.NETWORK_ANSWERS = folder.path;
  const session = await InferenceSession.create(modelFile('blazeface'));
  const { name, shape } = session.inputMetadata[0] as { name: string; shape: readonly (number | string)[] };
  // A length with a name is the number of pictures.
  const lengths = shape.map((length) => (typeof length === 'number' ? length : 1));
  const ask = async (grey: number) => {
    const pixels = new Float32Array(lengths.reduce((product, length) => product * length, 1)).fill(grey);
    const answer = await session.run({ [name]: new Tensor('float32', pixels, lengths) });
    const values = Object.values(answer).map(({ data }) => [...(data as Float32Array)]);
    return { values, kept: (await readdir(folder.path)).length };
  };
  const first = await ask(0.4);
  const again = await ask(0.4);
  const other = await ask(0.6);
  expect(first.values.flat().length).toBeGreaterThan(0);
  expect(again).toEqual(first);
  expect(other.values).not.toEqual(first.values);
  expect([first.kept, other.kept]).toEqual([1, 2]);
});
