import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CustomModelConfig } from '../../../../lib/config.ts';
import { modelFile } from '../../../../lib/faces/engine/models/model-files.ts';
import {
  bytes,
  message,
  type OnnxNode,
  type OnnxTensor,
  writeOnnx,
} from '../../../../lib/faces/engine/onnx/graph.ts';
import { fields } from '../../../../lib/faces/engine/onnx/read.ts';

/** Models that a user might have, made of the weights that are already here. */

/** MobileFaceNet as a `MODEL_PATH` model for which only the threshold is set. */
export const mobileFaceNetConfig: CustomModelConfig = {
  path: modelFile('mobilefacenet'),
  channels: 'RGB',
  means: [127.5, 127.5, 127.5],
  scales: [128, 128, 128],
  threshold: 0.56,
  calibration: undefined,
};

/**
 * Writes MobileFaceNet for pictures whose pixels are blue, green, red, 0..2. With v' = v / 127.5, (v - 127.5)
 * / 128 is (0.5 v' - 0.5) * 255 / 256.
 */
export async function writeOtherWay(folder: string): Promise<CustomModelConfig> {
  const path = join(folder, 'other-way.onnx');
  const front = writeOnnx(
    [
      { operator: 'Transpose', inputs: ['picture'], output: 'planes', attributes: { perm: [0, 3, 1, 2] } },
      { operator: 'Gather', inputs: ['planes', 'order'], output: 'ordered', attributes: { axis: 1 } },
      { operator: 'Sub', inputs: ['ordered', 'one'], output: 'centred' },
      { operator: 'Mul', inputs: ['centred', 'factor'], output: 'input' },
    ],
    [
      { name: 'order', shape: [3], data: BigInt64Array.of(2n, 1n, 0n) },
      { name: 'one', shape: [], data: Float32Array.of(1) },
      { name: 'factor', shape: [], data: Float32Array.of(127.5 / 128) },
    ],
    { name: 'picture', shape: [1, 112, 112, 3] },
    [{ name: 'input', shape: [1, 3, 112, 112] }],
  );
  await writeFile(path, inFront(front, await readFile(modelFile('mobilefacenet'))));
  return {
    ...mobileFaceNetConfig,
    path,
    channels: 'BGR',
    means: [0, 0, 0],
    scales: [127.5, 127.5, 127.5],
  };
}

const modelGraph = 7;
const graphInput = 11;
const graphOutput = 12;

/** Puts one model's nodes in front of another's, whose input becomes the first one's output. */
function inFront(front: Uint8Array, model: Uint8Array): Uint8Array {
  const partsOf = (bytesOfModel: Uint8Array, leftOut: number) => {
    const view = new DataView(bytesOfModel.buffer, bytesOfModel.byteOffset, bytesOfModel.byteLength);
    const [graph] = [...fields(view, 0, view.byteLength)].filter(({ number }) => number === modelGraph);
    return [...fields(view, graph?.start ?? 0, graph?.end ?? 0)]
      .filter(({ number }) => number !== leftOut)
      .map(({ tagStart, end }) => bytesOfModel.subarray(tagStart, end));
  };
  const view = new DataView(model.buffer, model.byteOffset, model.byteLength);
  const head = [...fields(view, 0, view.byteLength)].filter(({ number }) => number !== modelGraph);
  return message(
    ...head.map(({ tagStart, end }) => model.subarray(tagStart, end)),
    bytes(modelGraph, message(...partsOf(front, graphOutput), ...partsOf(model, graphInput))),
  );
}

export interface SmallModel {
  readonly shape?: readonly (number | string)[];
  /** Nodes from `rows`, the means of a picture's rows, to `output`. */
  readonly nodes?: readonly OnnxNode[];
  readonly tensors?: readonly OnnxTensor[];
  /** Dimension over which the picture's means are taken. */
  readonly over?: number;
}

/**
 * Builds an untrained model. Its embedding is the mean of each channel's rows, or whatever its nodes compute.
 */
export function smallModel({
  shape = ['faces', 3, 32, 32],
  nodes,
  tensors = [],
  over = 3,
}: SmallModel): Uint8Array {
  const flat = nodes ? 'rows' : 'output';
  return writeOnnx(
    [
      {
        operator: 'ReduceMean',
        inputs: ['input'],
        output: 'means',
        attributes: { axes: [over], keepdims: 0 },
      },
      { operator: 'Flatten', inputs: ['means'], output: flat },
      ...(nodes ?? []),
    ],
    tensors,
    { name: 'input', shape },
    [{ name: 'output', shape: ['faces', 'numbers'] }],
  );
}
