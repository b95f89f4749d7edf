import { readFile } from 'node:fs/promises';
import type * as Tf from '@tensorflow/tfjs-core';
import { type Model, type ModelNode, readModel } from '../../onnx/model.ts';
import type { Outputs, Runtime, Session } from '../port.ts';
import { type Backend, loadBackend } from './backend.ts';
import { fuseActivations } from './fuse.ts';
import { asGraph, plain, type Value } from './layout.ts';
import { operators, tensorOf } from './operators.ts';
import type { Compute } from './prepare.ts';

/** Loads tfjs, which runs wherever Node runs, but several times slower than ONNX Runtime. */
export async function loadTfjs(loaded: Promise<Backend> = loadBackend()): Promise<Runtime> {
  const { name, tf } = await loaded;
  return {
    name,
    async start(model) {
      const read = readModel(typeof model === 'string' ? await readFile(model) : model);
      requireOperators(read);
      return new Graph(tf, read);
    },
  };
}

/**
 * Checks that tfjs has all operators of a model.
 * @throws Error that names the missing operators, and the remedy
 */
function requireOperators({ nodes }: Model): void {
  const lacking = [...new Set(nodes.map(({ operator }) => operator))].filter(
    (operator) => !Object.hasOwn(operators, operator),
  );
  if (lacking.length === 0) return;
  const named = `${lacking.length === 1 ? 'operator' : 'operators'} ${lacking.join(', ')}`;
  throw new Error(
    `the runtime tfjs lacks its ${named}: use ENGINE_RUNTIME=onnx on a machine that ONNX Runtime has a build for, ` +
      'or export the model with other operators',
  );
}

interface Step {
  readonly node: ModelNode;
  readonly compute: Compute;
  /** Values that no later step needs. */
  readonly spent: readonly string[];
}

class Graph implements Session {
  readonly inputs: Session['inputs'];
  readonly outputs: Session['outputs'];
  readonly #tf: typeof Tf;
  readonly #steps: readonly Step[];
  /** The model's own tensors that are used as they are. */
  readonly #constants = new Map<string, Value>();
  readonly #kept: Tf.Tensor[] = [];

  constructor(tf: typeof Tf, model: Model) {
    this.#tf = tf;
    this.inputs = model.inputs;
    this.outputs = model.outputs;
    const { nodes, tensors } = fuseActivations(model);
    const keep = <T extends Tf.Tensor>(tensor: T): T => {
      this.#kept.push(tensor);
      return tensor;
    };
    const computes = nodes.map((node) => {
      const constant = (input: number) => tensors.get(node.inputs[input] ?? '');
      return (operators[node.operator] as (typeof operators)[string])({ tf, node, constant, keep });
    });
    const last = lastUses(nodes, this.outputs);
    this.#steps = nodes.map((node, index) => {
      const names = [...new Set([...node.inputs, ...node.outputs])];
      return {
        node,
        compute: computes[index] as Compute,
        spent: names.filter((name) => (last.get(name) ?? index) === index && !tensors.has(name)),
      };
    });
    const used = new Set([...nodes.flatMap(directInputs), ...this.outputs.map(({ name }) => name)]);
    for (const [name, tensor] of tensors) {
      if (used.has(name)) this.#constants.set(name, plain(keep(tensorOf(tf, tensor))));
    }
  }

  async run(input: Float32Array, shape: readonly number[]): Promise<Outputs> {
    const tf = this.#tf;
    let outputs: Outputs = {};
    tf.tidy(() => {
      const values = new Map(this.#constants);
      values.set(this.inputs[0]?.name ?? '', plain(tf.tensor(input, [...shape])));
      for (const step of this.#steps) runStep(step, values);
      outputs = Object.fromEntries(
        this.outputs.map(({ name }) => [name, numbersOf(asGraph(tf, values.get(name) as Value))]),
      );
    });
    return outputs;
  }

  async release(): Promise<void> {
    this.#tf.dispose(this.#kept.splice(0));
  }
}

function runStep({ node, compute, spent }: Step, values: Map<string, Value>): void {
  const inputs = node.inputs.map((name) => values.get(name));
  values.set(node.outputs[0] ?? '', compute(inputs as unknown as Parameters<Compute>[0]));
  // Values are freed at once: kept until the end, they would take many times the memory.
  for (const name of spent) {
    values.get(name)?.tensor.dispose();
    values.delete(name);
  }
}

/** Copies a tensor's values, because the next run frees the tensor. */
function numbersOf(tensor: Tf.Tensor): Float32Array {
  return Float32Array.from(tensor.dataSync());
}

/** Finds the last step that uses each value; outputs are used after all steps. */
function lastUses(nodes: readonly ModelNode[], outputs: Session['outputs']): Map<string, number> {
  const last = new Map<string, number>();
  nodes.forEach(({ inputs }, index) => {
    for (const name of inputs) last.set(name, index);
  });
  for (const { name } of outputs) last.set(name, nodes.length);
  return last;
}

/** Lists the inputs that a node does not convert and keep when it is prepared. */
function directInputs({ operator, inputs }: ModelNode): readonly string[] {
  return operator === 'Conv' || operator === 'BatchNormalization' ? inputs.slice(0, 1) : inputs;
}
