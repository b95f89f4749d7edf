import { createRequire } from 'node:module';
import type { Tensor3D } from '@tensorflow/tfjs';
import type * as Ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { dlibNetwork } from '../../../lib/faces/human/networks/dlib.ts';
import { faceApiFiles } from '../../../lib/faces/human/model-files.ts';
import { loadBuild, loadRuntime } from '../../../lib/faces/human/runtime.ts';

const require = createRequire(import.meta.url);

test("gives the embeddings of face-api's own network, to the last digits of a float", async () => {
  const size = 150;
  const chip = Float32Array.from({ length: 3 * size * size }, (_, index) =>
    Math.round(128 + 100 * Math.sin(index * 0.01) * Math.cos(index * 0.0007)),
  );
  const { tf, faceApiBuild } = await loadRuntime();
  const { FaceRecognitionNet } = loadBuild<{
    FaceRecognitionNet: new () => {
      loadFromDisk(folder: string): Promise<void>;
      computeFaceDescriptor(chip: Tensor3D): Promise<Float32Array>;
    };
  }>(faceApiBuild);
  const original = new FaceRecognitionNet();
  await original.loadFromDisk(faceApiFiles.models);
  const expected = await original.computeFaceDescriptor(tf.tensor3d(chip, [size, size, 3]));

  const means = [122.782, 117.001, 104.298] as const;
  const planes = means.flatMap((mean, channel) =>
    Array.from({ length: size * size }, (_, pixel) => ((chip[3 * pixel + channel] as number) - mean) / 255),
  );
  const ort: typeof Ort = require('onnxruntime-node');
  const session = await ort.InferenceSession.create(await dlibNetwork(faceApiFiles.models));
  const { output } = await session.run({ input: new ort.Tensor('float32', planes, [1, 3, size, size]) });
  const actual = Array.from((output as Ort.Tensor).data as Float32Array);
  expect(actual).toHaveLength(128);
  expect(Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] as number))))).toBeLessThan(1e-5);
});
