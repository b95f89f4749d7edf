import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as Tfjs from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { faceApiBuild, loadBuild, loadTfjs } from '../../../bench/speed/tfjs.ts';
import { runSession, startSession } from '../../../lib/faces/engine/runtime/session.ts';
import { dlibNetwork } from '../../../local/models/dlib.ts';
import { humanNetwork } from '../../../local/models/human.ts';
import { mobileFaceNet192, tfliteFile } from '../../../local/models/mobilefacenet192.ts';
import { faceApiModels, humanModels } from '../../../local/models/packages.ts';
import { ssdNetwork } from '../../../local/models/ssd.ts';
import { readTflite, type TfliteGraph } from '../../../local/models/tflite.ts';

interface FaceApiNet {
  loadFromDisk(folder: string): Promise<void>;
}
interface FaceApi {
  FaceRecognitionNet: new () => FaceApiNet & {
    computeFaceDescriptor(chip: Tfjs.Tensor3D): Promise<Float32Array>;
  };
  SsdMobilenetv1: new () => FaceApiNet & {
    forward(input: Tfjs.Tensor4D): Promise<{ scores: Tfjs.Tensor[] }>;
  };
}

let tf: typeof Tfjs;
let faceApi: FaceApi;
beforeAll(async () => {
  tf = await loadTfjs();
  faceApi = loadBuild<FaceApi>(faceApiBuild);
});

/** Makes whole numbers 0..255, row by row, three for each pixel. */
function pattern(size: number): Float32Array {
  return Float32Array.from({ length: 3 * size * size }, (_, index) =>
    Math.round(128 + 100 * Math.sin(index * 0.01) * Math.cos(index * 0.0007)),
  );
}

/** Orders the same values plane by plane, each after `change`. */
function planes(pixels: Float32Array, change: (value: number, channel: number) => number): Float32Array {
  const size = pixels.length / 3;
  return pixels.map((_, index) => {
    const channel = Math.floor(index / size);
    return change(pixels[3 * (index % size) + channel] as number, channel);
  });
}

function largestDifference(one: ArrayLike<number>, other: ArrayLike<number>): number {
  expect(one.length).toBe(other.length);
  return Math.max(...Array.from(one, (value, index) => Math.abs(value - (other[index] as number))));
}

/**
 * Runs a graph of TensorFlow Lite operator by operator, as its format defines them, and so without the
 * conversion.
 */
function runTflite(
  { input, output, operators, weightOf }: TfliteGraph,
  pictures: Tfjs.Tensor4D,
): Float32Array {
  const values = new Map<number, Tfjs.Tensor>([[input, pictures]]);
  for (const { name, inputs, output: result, stride, padding } of operators) {
    // A reshape operator also has the shape as an input, in whole numbers.
    const [one, other, bias] = (name === 'Reshape' ? inputs.slice(0, 1) : inputs).map((tensor) => {
      const weight = weightOf(tensor);
      return weight ? tf.tensor(weight.data, [...weight.shape]) : (values.get(tensor) as Tfjs.Tensor);
    }) as [Tfjs.Tensor, Tfjs.Tensor, Tfjs.Tensor];
    const pad = padding === 'SAME' ? 'same' : 'valid';
    const run = {
      Add: () => tf.add(one, other),
      Subtract: () => tf.sub(one, other),
      Multiply: () => tf.mul(one, other),
      Relu: () => tf.relu(one),
      Absolute: () => tf.abs(one),
      Reshape: () => one,
      Conv: () => {
        const filters = tf.transpose(other, [1, 2, 3, 0]) as Tfjs.Tensor4D;
        return tf.add(tf.conv2d(one as Tfjs.Tensor4D, filters, stride, pad), bias);
      },
      DepthwiseConv: () => {
        const filters = tf.transpose(other, [1, 2, 3, 0]) as Tfjs.Tensor4D;
        return tf.add(tf.depthwiseConv2d(one as Tfjs.Tensor4D, filters, stride, pad), bias);
      },
    }[name];
    values.set(result, run());
  }
  return values.get(output)?.dataSync() as Float32Array;
}

describe('as an ONNX model', () => {
  test('MobileFaceNet of 192 numbers gives what the graph of TensorFlow Lite says, in any batch', async () => {
    const size = 112;
    const change = (value: number) => (value - 127.5) / 128;
    const [one, other] = [pattern(size), pattern(size).map((value) => 255 - value)];
    const tflite = await readFile(tfliteFile);
    const graph = readTflite(tflite);
    expect(graph.operators.filter(({ name }) => name === 'Conv')).toHaveLength(35);
    expect(graph.operators.filter(({ name }) => name === 'DepthwiseConv')).toHaveLength(17);
    const pictures = Float32Array.from([...one, ...other], change);
    const expected = runTflite(graph, tf.tensor4d(pictures, [2, size, size, 3]));

    const session = await startSession(mobileFaceNet192(tflite));
    const [first, second] = [planes(one, change), planes(other, change)];
    for (const [chips, count, wanted] of [
      [[...first, ...second], 2, expected],
      [second, 1, expected.slice(192)],
      [[...second, ...first, ...second], 3, [...expected.slice(192), ...expected]],
    ] as const) {
      const { output } = await runSession(session, Float32Array.from(chips), [count, 3, size, size]);
      expect(largestDifference(output as Float32Array, wanted)).toBeLessThan(1e-4);
    }
    expect(Math.max(...expected)).toBeGreaterThan(0.5);
  });

  test('a file that is none of TensorFlow Lite is refused', () => {
    expect(() => readTflite(new Uint8Array(64))).toThrow('no model of TensorFlow Lite');
  });

  test.each([
    ['blazeface', 256, (value: number) => value / 127.5 - 1],
    ['facemesh', 192, (value: number) => value / 255],
  ] as const)("%s gives what Human's own gives on tfjs, in batches too", async (name, size, change) => {
    const json = JSON.parse(await readFile(join(humanModels, `${name}.json`), 'utf8'));
    const weightData = new Uint8Array(await readFile(join(humanModels, `${name}.bin`))).buffer;
    const { modelTopology, weightsManifest } = json;
    const original = await tf.loadGraphModel({
      load: async () => ({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }),
    });
    const pixels = pattern(size);
    const names = original.outputNodes;
    const input = tf.tensor4d(pixels.map(change), [1, size, size, 3]);
    const expected = original.execute(input, names) as Tfjs.Tensor[];

    const session = await startSession(await humanNetwork(humanModels, name));
    const one = planes(pixels, change);
    const actual = await runSession(session, Float32Array.from([...one, ...one]), [2, 3, size, size]);
    expect(Object.keys(actual).sort()).toEqual([...names].sort());
    names.forEach((output, index) => {
      const values = expected[index]?.dataSync() as Float32Array;
      const range = Math.max(...values) - Math.min(...values) + 1;
      expect(largestDifference(actual[output] as Float32Array, [...values, ...values])).toBeLessThan(
        1e-5 * range,
      );
    });
  });

  test("dlib's ResNet gives the embeddings of face-api's own network", async () => {
    const size = 150;
    const pixels = pattern(size);
    const original = new faceApi.FaceRecognitionNet();
    await original.loadFromDisk(faceApiModels);
    const expected = await original.computeFaceDescriptor(tf.tensor3d(pixels, [size, size, 3]));

    const means = [122.782, 117.001, 104.298] as const;
    const session = await startSession(await dlibNetwork(faceApiModels));
    const input = planes(pixels, (value, channel) => (value - (means[channel] as number)) / 255);
    const { output } = await runSession(session, input, [1, 3, size, size]);
    expect(output).toHaveLength(128);
    expect(largestDifference(output as Float32Array, expected)).toBeLessThan(1e-5);
  });

  test("SSD gives the scores of face-api's own network", async () => {
    const size = 512;
    const pixels = pattern(size);
    const original = new faceApi.SsdMobilenetv1();
    await original.loadFromDisk(faceApiModels);
    const { scores } = await original.forward(tf.tensor4d(pixels, [1, size, size, 3]));

    const session = await startSession(await ssdNetwork(faceApiModels));
    const input = planes(pixels, (value) => value / 127.5 - 1);
    const outputs = await runSession(session, input, [1, 3, size, size]);
    const actual = Array.from({ length: 6 }, (_, index) =>
      Array.from(outputs[`classes.${index}`] as Float32Array).filter((_, at) => at % 3 === 1),
    ).flat();
    expect(outputs.anchors).toHaveLength(4 * actual.length);
    const probabilities = actual.map((logit) => 1 / (1 + Math.exp(-logit)));
    expect(largestDifference(probabilities, scores[0]?.dataSync() as Float32Array)).toBeLessThan(1e-5);
  });
});
