import type * as Tf from '@tensorflow/tfjs-core';

/**
 * A value on its way through a graph. ONNX's pictures are `[batch, channels, height, width]`; tfjs computes
 * on `[batch, height, width, channels]`. Pictures stay so from one operator to the next, and the graph's
 * own axes are translated.
 */
export interface Value {
  readonly tensor: Tf.Tensor;
  /** True if the channels are the last axis, as tfjs wants pictures, and not where the graph has them. */
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

/** The tensor as the graph means it. */
export function asGraph(tf: typeof Tf, { tensor, isChannelsLast }: Value): Tf.Tensor {
  if (!isChannelsLast) return tensor;
  const [batch, height, width, channels] = tensor.shape as [number, number, number, number];
  // One pixel's channels lie the same way in both.
  if (height * width === 1) return tf.reshape(tensor, [batch, channels, 1, 1]);
  return tf.transpose(tensor, [...toChannelsFirst]);
}

/** The tensor as tfjs wants pictures; one of fewer dimensions as it is spread over pictures. */
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

/** The shape as the graph means it. */
export function shapeOf({ tensor, isChannelsLast }: Value): number[] {
  return isChannelsLast ? toChannelsFirst.map((axis) => tensor.shape[axis] as number) : [...tensor.shape];
}

/** Finds an axis of the graph, which may count from the end, in the tensor. */
export function axisIn({ tensor, isChannelsLast }: Value, axis: number): number {
  const counted = axis < 0 ? axis + tensor.rank : axis;
  return isChannelsLast ? toChannelsLast.indexOf(counted as 0 | 1 | 2 | 3) : counted;
}

/** The numbers of an input, which tell a shape or places. */
export function integers(value: Value | undefined): number[] | undefined {
  return value && [...value.tensor.dataSync()];
}
