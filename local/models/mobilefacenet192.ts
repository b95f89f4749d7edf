import { fileURLToPath } from 'node:url';
import { type Layer, NetworkBuilder } from './layers.ts';
import type { Weight } from './tfjs-weights.ts';
import { readTflite, type TfliteGraph, type TfliteOperator } from './tflite.ts';

/** Path of the network as it was fetched, in TensorFlow Lite's format. */
export const tfliteFile = fileURLToPath(new URL('../../models/mobilefacenet192.tflite', import.meta.url));

/**
 * Converts the MobileFaceNet of 192 numbers from TensorFlow Lite's format to an ONNX model. The original
 * takes two faces at a time; this one takes any number.
 *
 * Input `input`: `[faces, 3, 112, 112]`, RGB, (value - 127.5) / 128. Output `output`: `[faces, 1, 192]`, not
 * scaled to length 1.
 *
 * @throws Error if the graph has an operation, or an order of operations, that is not known here.
 */
export function mobileFaceNet192(tflite: Uint8Array): Uint8Array {
  const graph = readTflite(tflite);
  const [, height = 0, width = 0, channels = 0] = graph.shapeOf(graph.input);
  const builder = new NetworkBuilder(channels, height, width);
  const layers = new Map<number, Layer>([[graph.input, builder.input]]);
  const { operators } = graph;
  for (let index = 0; index < operators.length; index++) {
    const operator = operators[index] as TfliteOperator;
    const slopes = slopesAt(graph, index);
    if (slopes) {
      const { output } = operators[index + 4] as TfliteOperator;
      layers.set(output, builder.prelu(layerOf(layers, operator.inputs[0]), `layer${output}`, slopes));
      index += 4;
    } else if (operator.output === graph.output && operator.name === 'Reshape') {
      const from = layerOf(layers, operator.inputs[0]);
      builder.output(from, 'output', from.channels);
    } else layers.set(operator.output, convert(builder, graph, operator, layers));
  }
  return builder.build();
}

function convert(
  builder: NetworkBuilder,
  graph: TfliteGraph,
  { name, inputs, output, stride, padding }: TfliteOperator,
  layers: ReadonlyMap<number, Layer>,
): Layer {
  const from = layerOf(layers, inputs[0]);
  const layer = `layer${output}`;
  const weight = (index: number) => weightOf(graph, inputs[index]);
  switch (name) {
    case 'Conv':
      return builder.convolve(from, layer, outputsLast(weight(1)), weight(2), stride, padding);
    case 'DepthwiseConv':
      return builder.convolveEach(from, layer, channelsThird(weight(1)), weight(2), stride, padding);
    case 'Add':
      return builder.sum(from, layerOf(layers, inputs[1]), layer);
    default:
      throw new Error(`There is no layer for ${name} in this place.`);
  }
}

/**
 * Finds the slopes of the PRelu that begins with this operator; undefined if none begins here. The graph
 * spells a PRelu as relu(x) + m (x - |x|), which is 2 m x for negative x.
 */
function slopesAt(graph: TfliteGraph, index: number): Weight | undefined {
  const parts = graph.operators.slice(index, index + 5);
  const [positive, absolute, difference, product, sum] = parts;
  if (!positive || !absolute || !difference || !product || !sum) return undefined;
  const names = parts.map(({ name }) => name).join();
  if (names !== 'Relu,Absolute,Subtract,Multiply,Add') return undefined;
  const [from] = positive.inputs;
  const [factor = -1] = product.inputs;
  const isPRelu =
    absolute.inputs[0] === from &&
    isEqual(difference.inputs, [from, absolute.output]) &&
    isEqual(product.inputs, [factor, difference.output]) &&
    isEqual(sum.inputs, [positive.output, product.output]);
  const factors = isPRelu ? graph.weightOf(factor) : undefined;
  return factors && { shape: factors.shape, data: factors.data.map((value) => 2 * value) };
}

const isEqual = (one: readonly unknown[], other: readonly unknown[]) => one.join() === other.join();

/** Reorders a weight from `[outputs, height, width, inputs]` to `[height, width, inputs, outputs]`. */
function outputsLast({ shape, data }: Weight): Weight {
  const [outputs = 0, ...rest] = shape;
  const others = data.length / outputs;
  const turned = new Float32Array(data.length);
  for (let output = 0; output < outputs; output++) {
    for (let other = 0; other < others; other++) {
      turned[other * outputs + output] = data[output * others + other] as number;
    }
  }
  return { shape: [...rest, outputs], data: turned };
}

/**
 * Reshapes a weight from `[1, height, width, channels]` to `[height, width, channels, 1]`. The order of its
 * values stays.
 */
function channelsThird({ shape, data }: Weight): Weight {
  return { shape: [...shape.slice(1), 1], data };
}

function layerOf(layers: ReadonlyMap<number, Layer>, tensor = -1): Layer {
  const layer = layers.get(tensor);
  if (!layer) throw new Error(`The graph uses tensor ${tensor} before it has it.`);
  return layer;
}

function weightOf(graph: TfliteGraph, tensor = -1): Weight {
  const weight = graph.weightOf(tensor);
  if (!weight) throw new Error(`The graph has no weight ${tensor}.`);
  return weight;
}
