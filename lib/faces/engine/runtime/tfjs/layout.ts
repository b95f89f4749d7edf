import type * as Tf from '@tensorflow/tfjs-core';

/**
 * A value within a graph. ONNX's pictures are `[batch, channels, height, width]`, but tfjs computes on
 * `[batch, height, width, channels]`. Pictures keep tfjs's layout from one operator to the next, and the
 * graph's axes are translated.
 */
export interface Value {
  readonly tensor: Tf.Tensor;
  /** True if the tensor has tfjs's layout for pictures, unlike the graph's. */
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

/** Returns the tensor in the graph's layout. */
export function asGraph(tf: typeof Tf, { tensor, isChannelsLast }: Value): Tf.Tensor {
  if (!isChannelsLast) return tensor;
  const [batch, height, width, channels] = tensor.shape as [number, number, number, number];
  // A single pixel's channels have the same order in both layouts.
  if (height * width === 1) return tf.reshape(tensor, [batch, channels, 1, 1]);
  return tf.transpose(tensor, [...toChannelsFirst]);
}

/** Returns the tensor in tfjs's layout for pictures; one of fewer dimensions is shaped for broadcasting. */
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

/** Returns the shape in the graph's layout. */
export function shapeOf({ tensor, isChannelsLast }: Value): number[] {
  return isChannelsLast ? toChannelsFirst.map((axis) => tensor.shape[axis] as number) : [...tensor.shape];
}

/** Translates an axis of the graph, which may count from the end, to an axis of the tensor. */
export function axisIn({ tensor, isChannelsLast }: Value, axis: number): number {
  const counted = axis < 0 ? axis + tensor.rank : axis;
  return isChannelsLast ? toChannelsLast.indexOf(counted as 0 | 1 | 2 | 3) : counted;
}

/** Reads the numbers of an input that holds a shape or positions. */
export function integers(value: Value | undefined): number[] | undefined {
  return value && [...value.tensor.dataSync()];
}
