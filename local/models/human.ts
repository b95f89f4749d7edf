import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Layer, NetworkBuilder, type Padding } from './layers.ts';
import { readWeights, type Weight, type WeightSpec } from './tfjs-weights.ts';

/**
 * A node of tfjs' graph, with the fields that Human's networks use. Strings are in base64, whole numbers are
 * strings.
 */
interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: {
    readonly shape?: { readonly shape: { readonly dim: readonly { readonly size: string }[] } };
    readonly strides?: { readonly list: { readonly i: readonly string[] } };
    readonly ksize?: { readonly list: { readonly i: readonly string[] } };
    readonly padding?: { readonly s: string };
    readonly fused_ops?: { readonly list: { readonly s?: readonly string[] } };
  };
}

interface GraphModel {
  readonly modelTopology: { readonly node: readonly GraphNode[] };
  readonly weightsManifest: readonly [
    { readonly paths: readonly string[]; readonly weights: readonly WeightSpec[] },
  ];
}

const fromBase64 = (text: string) => Buffer.from(text, 'base64').toString();

/**
 * Converts one of Human's networks to an ONNX model, since ONNX Runtime is many times as fast as tfjs' WASM.
 *
 * Input `input`: `[pictures, 3, height, width]`. The outputs are the layers that the graph reshapes at its
 * end. They keep the names of the graph's outputs (`Identity`, `Identity_1` …) and tfjs' shape,
 * `[pictures, rows, columns]`.
 *
 * @param folder of `<name>.json` and `<name>.bin`.
 * @throws Error if the graph has an operation that is not known here.
 */
export async function humanNetwork(folder: string, name: string): Promise<Uint8Array> {
  const graph = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as GraphModel;
  const [{ weights: specs }] = graph.weightsManifest;
  const weights = readWeights(specs, await readFile(join(folder, `${name}.bin`)));
  const nodes = graph.modelTopology.node;
  const placeholder = nodes.find(({ op }) => op === 'Placeholder');
  const [, height, width, channels] =
    placeholder?.attr?.shape?.shape.dim.map(({ size }) => Number(size)) ?? [];
  const builder = new NetworkBuilder(channels ?? 0, height ?? 0, width ?? 0);
  const layers = new Map<string, Layer>([[placeholder?.name ?? '', builder.input]]);
  const shapes = new Map<string, readonly number[]>();
  for (const node of nodes) {
    const [first = '', second = ''] = node.input ?? [];
    switch (node.op) {
      case 'Const':
      case 'Placeholder':
        break;
      case 'Reshape':
        layers.set(node.name, layerOf(layers, first));
        shapes.set(node.name, [...weightOf(weights, second).data]);
        break;
      case 'Identity':
        builder.output(layerOf(layers, first), node.name, shapes.get(first)?.at(-1) ?? 1);
        break;
      default:
        layers.set(node.name, convert(builder, node, layers, weights));
    }
  }
  return builder.build();
}

function convert(
  builder: NetworkBuilder,
  node: GraphNode,
  layers: ReadonlyMap<string, Layer>,
  weights: ReadonlyMap<string, Weight>,
): Layer {
  const { name, op, input = [], attr = {} } = node;
  const from = layerOf(layers, input[0]);
  const weight = (index: number) => weightOf(weights, input[index]);
  const stride = Number(attr.strides?.list.i[1] ?? 1);
  const padding = fromBase64(attr.padding?.s ?? '') as Padding;
  switch (op) {
    case '_FusedConv2D': {
      const fused = (attr.fused_ops?.list.s ?? []).map(fromBase64);
      const inner = fused.length > 1 ? `${name}/convolved` : name;
      const convolved = builder.convolve(from, inner, weight(1), weight(2), stride, padding);
      if (fused[1] === 'Relu') return builder.relu(convolved, name);
      if (fused[1] === 'Prelu') return builder.prelu(convolved, name, weight(3));
      if (fused.length === 1 && fused[0] === 'BiasAdd') return convolved;
      throw new Error(`There is no layer for a convolution with ${fused.join(' and ')}.`);
    }
    case 'DepthwiseConv2dNative':
      return builder.convolveEach(from, name, weight(1), undefined, stride, padding);
    case 'AddV2':
      return builder.sum(from, layerOf(layers, input[1]), name);
    case 'Relu':
      return builder.relu(from, name);
    case 'Prelu':
      return builder.prelu(from, name, weight(1));
    case 'Sigmoid':
      return builder.sigmoid(from, name);
    case 'MaxPool':
      return builder.pool('Max', from, name, Number(attr.ksize?.list.i[1]), stride, padding);
    case 'Pad':
      return builder.addChannels(from, name, from.channels + (weight(1).data.at(-1) as number));
    default:
      throw new Error(`There is no layer for the operation ${op}.`);
  }
}

function layerOf(layers: ReadonlyMap<string, Layer>, name = ''): Layer {
  const layer = layers.get(name);
  if (!layer) throw new Error(`The graph uses ${name} before it has it.`);
  return layer;
}

function weightOf(weights: ReadonlyMap<string, Weight>, name = ''): Weight {
  const weight = weights.get(name);
  if (!weight) throw new Error(`The graph has no weight ${name}.`);
  return weight;
}
