import type * as Tf from '@tensorflow/tfjs-core';
import type { ModelNode, ModelTensor } from '../../onnx/model.ts';
import type { Value } from './layout.ts';

/** Arguments with which an operator is prepared. */
export interface Preparation {
  readonly tf: typeof Tf;
  readonly node: ModelNode;
  /** Returns the input of this index, if it is one of the model's own tensors. */
  readonly constant: (input: number) => ModelTensor | undefined;
  /** Keeps a tensor until the session is released. */
  readonly keep: <T extends Tf.Tensor>(tensor: T) => T;
}

/** Computes a node's first output. An input that the node leaves out is `undefined`. */
export type Compute = (inputs: readonly [Value, ...(Value | undefined)[]]) => Value;

export type Prepare = (preparation: Preparation) => Compute;
