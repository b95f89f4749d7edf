import type { Model, ModelNode, ModelTensor } from '../../onnx/model.ts';
import type { Activation, ConvNode } from './pictures.ts';

/**
 * The same graph with fewer operators: a PRelu that was written as two convolutions for ONNX Runtime's sake is one again, and what follows
 * a convolution value by value is computed with it.
 */
export function fuse(model: Model): Model {
  return fuseActivations(restorePRelu(model));
}

class Uses {
  readonly #uses = new Map<string, number>();
  readonly #makers = new Map<string, ModelNode>();

  constructor({ nodes, outputs }: Model) {
    const names = [...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ name }) => name)];
    for (const name of names) this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
    for (const node of nodes) for (const output of node.outputs) this.#makers.set(output, node);
  }

  /** The node that makes a value that is used once, if it is one of these operators. */
  makerFor(name: string | undefined, ...operators: readonly string[]): ModelNode | undefined {
    const node = name === undefined ? undefined : this.#makers.get(name);
    const isOne = node !== undefined && operators.includes(node.operator) && this.#uses.get(name ?? '') === 1;
    return isOne ? node : undefined;
  }
}

/** Undoes `replacePRelu`: x + (1 - s) max(0, -x), each factor by a convolution of one pixel and one channel. */
function restorePRelu(model: Model): Model {
  const uses = new Uses(model);
  const tensors = new Map(model.tensors);
  const gone = new Set<ModelNode>();
  const restored = new Map<ModelNode, ModelNode>();
  for (const node of model.nodes) {
    if (node.operator !== 'Add') continue;
    for (const [scaledName, x] of [node.inputs, node.inputs.toReversed()]) {
      const scaled = uses.makerFor(scaledName, 'Conv');
      const below = scaled && uses.makerFor(scaled.inputs[0], 'Relu');
      const negative = below && uses.makerFor(below.inputs[0], 'Conv');
      const share = scaled && channelFactors(scaled, model);
      const sign = negative && channelFactors(negative, model);
      if (!scaled || !below || !negative || !share || !sign || negative.inputs[0] !== x) continue;
      if (!sign.every((value) => value === -1)) continue;
      const slope = `${node.outputs[0]}/slope`;
      tensors.set(slope, { shape: [share.length, 1, 1], data: share.map((value) => 1 - value) });
      for (const one of [scaled, below, negative]) gone.add(one);
      restored.set(node, { ...node, operator: 'PRelu', inputs: [x ?? '', slope], attributes: {} });
      break;
    }
  }
  const nodes = model.nodes.filter((node) => !gone.has(node)).map((node) => restored.get(node) ?? node);
  return { ...model, nodes, tensors };
}

/** A convolution that multiplies each channel by a number of its own, and does nothing else: those numbers. */
function channelFactors(node: ModelNode, { tensors }: Model): Float32Array | undefined {
  const weights = tensors.get(node.inputs[1] ?? '');
  const [channels, ...ones] = weights?.shape ?? [];
  const isSimple =
    node.inputs.length === 2 &&
    node.attributes.group === channels &&
    ones.length === 3 &&
    ones.every((size) => size === 1) &&
    [node.attributes.strides, node.attributes.pads].every(
      (values, index) => !Array.isArray(values) || values.every((value) => value === 1 - index),
    );
  return isSimple && weights?.data instanceof Float32Array ? weights.data : undefined;
}

function fuseActivations(model: Model): Model {
  const uses = new Uses(model);
  const fused = new Map<ModelNode, ConvNode>();
  const gone = new Set<ModelNode>();
  for (const node of model.nodes) {
    const activation = activationOf(node, model);
    const before = activation && uses.makerFor(node.inputs[0], 'Conv');
    if (!before || fused.has(before)) continue;
    fused.set(before, { ...before, outputs: node.outputs, activation });
    gone.add(node);
  }
  const nodes = model.nodes.filter((node) => !gone.has(node)).map((node) => fused.get(node) ?? node);
  return { ...model, nodes };
}

function activationOf(
  { operator, inputs, attributes }: ModelNode,
  { tensors }: Model,
): Activation | undefined {
  const tensor = (index: number): ModelTensor | undefined => tensors.get(inputs[index] ?? '');
  if (operator === 'Relu') return { kind: 'relu' };
  if (operator === 'Clip') {
    const [low, high] = [tensor(1)?.data[0] ?? attributes.min, tensor(2)?.data[0] ?? attributes.max];
    return low === 0 && high === 6 ? { kind: 'relu6' } : undefined;
  }
  if (operator !== 'PRelu') return undefined;
  const slope = tensor(1);
  const [channels, ...rest] = slope?.shape.length === 4 ? slope.shape.slice(1) : (slope?.shape ?? []);
  const isOfChannels =
    rest.length === 2 && rest.every((size) => size === 1) && channels === slope?.data.length;
  return slope && isOfChannels ? { kind: 'prelu', slope } : undefined;
}
