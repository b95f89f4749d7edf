import type * as Tf from '@tensorflow/tfjs-core';

/**
 * Value on its way through a graph. ONNX's pictures are `[batch, channels, height, width]`; tfjs computes on
 * `[batch, height, width, channels]`. Pictures stay so from one operator to the next.
 */
export interface Value {
  readonly tensor: Tf.Tensor;
  /** True if it lies as tfjs wants pictures, unlike what the graph says. */
  readonly isChannelsLast: boolean;
}

export const toChannelsLast = [0, 2, 3, 1] as const;
export const toChannelsFirst = [0, 3, 1, 2] as const;

export function plain(tensor: Tf.Tensor): Value {
  return { tensor, isChannelsLast: false };
}

export function lastOf(tensor: Tf.Tensor): Value {
  return { tensor, isChannelsLast: true };
}

/** Returns the tensor as the graph means it. */
export function asGraph(tf: typeof Tf, { tensor, isChannelsLast }: Value): Tf.Tensor {
  if (!isChannelsLast) return tensor;
  const [batch, height, width, channels] = tensor.shape as [number, number, number, number];
  // One pixel's channels lie the same way in both.
  if (height * width === 1) return tf.reshape(tensor, [batch, channels, 1, 1]);
  return tf.transpose(tensor, [...toChannelsFirst]);
}

/** Returns the tensor as tfjs wants pictures; one of fewer dimensions as it is spread over them. */
export function asPicture(tf: typeof Tf, { tensor, isChannelsLast }: Value): Tf.Tensor4D {
  if (isChannelsLast) return tensor as Tf.Tensor4D;
  if (tensor.rank > 4) throw new Error(`A tensor of ${tensor.rank} dimensions is no picture.`);
  const shape = [...Array.from({ length: 4 - tensor.rank }, () => 1), ...tensor.shape];
  const [batch, channels, height, width] = shape as [number, number, number, number];
  if (height * width === 1) return tf.reshape(tensor, [batch, 1, 1, channels]);
  return tf.transpose(tf.reshape(tensor, shape as [number, number, number, number]), [
    ...toChannelsLast,
  ]) as Tf.Tensor4D;
}

/** Returns the shape as the graph means it. */
export function shapeOf({ tensor, isChannelsLast }: Value): number[] {
  return isChannelsLast ? toChannelsFirst.map((axis) => tensor.shape[axis] as number) : [...tensor.shape];
}

/** Returns the tensor's axis for one of the graph, which may count from the end. */
export function axisIn({ tensor, isChannelsLast }: Value, axis: number): number {
  const counted = axis < 0 ? axis + tensor.rank : axis;
  return isChannelsLast ? toChannelsLast.indexOf(counted as 0 | 1 | 2 | 3) : counted;
}

/** Reads the numbers of an input, which tell a shape or places. */
export function integers(value: Value | undefined): number[] | undefined {
  return value && [...value.tensor.dataSync()];
}
