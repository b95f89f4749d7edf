import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OnnxNode, type OnnxTensor, writeOnnx } from './onnx-graph.ts';

/** How face-api's manifest describes a weight: 8-bit numbers `q`, each meaning `min + scale * q`. */
interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32';
  readonly quantization?: { readonly dtype: 'uint8'; readonly scale: number; readonly min: number };
}

interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The network's blocks after its first convolution: those named `down` halve the picture's sides. */
const blocks = [
  ...['conv32_1', 'conv32_2', 'conv32_3'],
  ...['conv64_down', 'conv64_1', 'conv64_2', 'conv64_3'],
  ...['conv128_down', 'conv128_1', 'conv128_2'],
  ...['conv256_down', 'conv256_1', 'conv256_2', 'conv256_down_out'],
] as const;

/**
 * dlib's face recognition ResNet as an ONNX model, from the weights as face-api carries them: ONNX Runtime takes a quarter of the time
 * that tfjs' WASM does. Input `input`: `[faces, 3, 150, 150]`, RGB, each channel less its mean, over 255. Output `output`: `[faces, 128]`.
 * The layers are those of face-api's `FaceRecognitionNet`; each convolution's scale is folded into its filters.
 * @param folder of `face_recognition_model-weights_manifest.json` and its weights.
 */
export async function dlibNetwork(folder: string): Promise<Uint8Array> {
  const weights = await readWeights(folder, 'face_recognition_model');
  const nodes: OnnxNode[] = [];
  const tensors: OnnxTensor[] = [];
  const add = (
    operator: string,
    inputs: readonly string[],
    output: string,
    attributes: OnnxNode['attributes'] = {},
  ) => {
    nodes.push({ operator, inputs, output, attributes });
    return output;
  };
  const convolve = (from: string, name: string, stride: 1 | 2) => {
    const { filters, bias } = foldedConvolution(weights, name);
    tensors.push({ name: `${name}/filters`, ...filters }, { name: `${name}/bias`, ...bias });
    const pad = stride === 1 ? 1 : 0;
    return add('Conv', [from, `${name}/filters`, `${name}/bias`], name, {
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    });
  };
  const first = add('Relu', [convolve('input', 'conv32_down', 2)], 'first');
  let last = add('MaxPool', [first], 'pooled', { kernel_shape: [3, 3], strides: [2, 2] });
  let side = Math.floor((Math.floor((150 - 7) / 2) + 1 - 3) / 2) + 1;
  let channels = 32;
  for (const block of blocks) {
    const isDown = block.includes('down');
    const inner = add('Relu', [convolve(last, `${block}/conv1`, isDown ? 2 : 1)], `${block}/inner`);
    let residual = convolve(inner, `${block}/conv2`, 1);
    let shortcut = last;
    if (isDown) {
      const convolvedSide = Math.floor((side - 3) / 2) + 1;
      const pooledSide = Math.floor(side / 2);
      const blockChannels = (weights.get(`${block}/conv2/conv/bias`) as Weight).shape[0] as number;
      shortcut = add('AveragePool', [last], `${block}/pooled`, { kernel_shape: [2, 2], strides: [2, 2] });
      shortcut = fill(shortcut, [0, blockChannels - channels, 0, 0]);
      const missing = pooledSide - convolvedSide;
      residual = fill(residual, [0, 0, missing, missing]);
      [side, channels] = [pooledSide, blockChannels];
    }
    last = add('Relu', [add('Add', [residual, shortcut], `${block}/sum`)], `${block}/out`);
  }
  const means = add('ReduceMean', [last], 'means', { axes: [2, 3], keepdims: 0 });
  tensors.push({ name: 'fc', ...(weights.get('fc') as Weight) });
  add('MatMul', [means, 'fc'], 'output');
  return writeOnnx(
    nodes,
    tensors,
    { name: 'input', shape: ['faces', 3, 150, 150] },
    { name: 'output', shape: ['faces', 128] },
  );

  /** Adds so many zeros after the last of each dimension. */
  function fill(from: string, after: readonly [number, number, number, number]): string {
    if (after.every((count) => count === 0)) return from;
    const name = `${from}/fill`;
    tensors.push({ name, shape: [8], data: BigInt64Array.from([0, 0, 0, 0, ...after].map(BigInt)) });
    return add('Pad', [from, name], `${from}/filled`);
  }
}

/** Filters `[out, in, height, width]` and bias of a convolution with its scale: s * (w x + b) + t = (s w) x + (s b + t). */
function foldedConvolution(weights: ReadonlyMap<string, Weight>, name: string) {
  const of = (part: string) => weights.get(`${name}/${part}`) as Weight;
  const { shape, data } = of('conv/filters');
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  const scale = of('scale/weights').data;
  const bias = of('conv/bias').data.map(
    (value, index) => (scale[index] as number) * value + (of('scale/biases').data[index] as number),
  );
  const filters = new Float32Array(data.length);
  const area = height * width;
  let from = 0;
  for (let place = 0; place < area; place++) {
    for (let input = 0; input < inputs; input++) {
      for (let output = 0; output < outputs; output++) {
        filters[(output * inputs + input) * area + place] =
          (scale[output] as number) * (data[from++] as number);
      }
    }
  }
  return {
    filters: { shape: [outputs, inputs, height, width], data: filters },
    bias: { shape: [outputs], data: bias },
  };
}

async function readWeights(folder: string, model: string): Promise<Map<string, Weight>> {
  const manifest = await readFile(join(folder, `${model}-weights_manifest.json`), 'utf8');
  const [{ paths, weights }] = JSON.parse(manifest) as [{ paths: string[]; weights: WeightSpec[] }];
  const bytes = Buffer.concat(await Promise.all(paths.map((path) => readFile(join(folder, path)))));
  let at = 0;
  return new Map(
    weights.map(({ name, shape, quantization }): [string, Weight] => {
      const count = shape.reduce((product, size) => product * size, 1);
      const data = new Float32Array(count);
      if (quantization) {
        const { min, scale } = quantization;
        for (let index = 0; index < count; index++) data[index] = min + scale * (bytes[at + index] as number);
      } else {
        for (let index = 0; index < count; index++) data[index] = bytes.readFloatLE(at + 4 * index);
      }
      at += quantization ? count : 4 * count;
      return [name, { shape, data }];
    }),
  );
}
