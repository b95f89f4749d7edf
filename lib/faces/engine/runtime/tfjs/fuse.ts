import type { Model, ModelNode, ModelTensor } from '../../onnx/model.ts';
import type { Activation, ConvNode } from './pictures.ts';

class Uses {
  readonly #uses = new Map<string, number>();
  readonly #makers = new Map<string, ModelNode>();

  constructor({ nodes, outputs }: Model) {
    const names = [...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ name }) => name)];
    for (const name of names) this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
    for (const node of nodes) for (const output of node.outputs) this.#makers.set(output, node);
  }

  /** The node that makes a value that is used once, if it is this operator. */
  makerFor(name: string | undefined, operator: string): ModelNode | undefined {
    const node = name === undefined ? undefined : this.#makers.get(name);
    return node?.operator === operator && this.#uses.get(name ?? '') === 1 ? node : undefined;
  }
}

/** Fuses operators: an activation after a convolution is computed together with it. */
export function fuseActivations(model: Model): Model {
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
