/** Operators on pixels and their neighbours, and operators that treat each channel differently. */
import type * as Tf from '@tensorflow/tfjs-core';
import type { ModelNode, ModelTensor } from '../../onnx/model.ts';
import { Attributes } from './attributes.ts';
import { asPicture, lastOf, plain } from './layout.ts';
import type { Compute, Preparation, Prepare } from './prepare.ts';

type Padding = Exclude<Parameters<typeof Tf.conv2d>[3], number>;
type Pair = [number, number];

function pair(values: readonly number[] | undefined, usual: number): Pair {
  const [one = usual, other = one] = values ?? [];
  return [one, other];
}

/** Reads the padding; ONNX's order is top, left, bottom, right. */
function paddingOf(attributes: Attributes): Padding {
  const automatic = attributes.text('auto_pad', 'NOTSET');
  if (automatic === 'SAME_UPPER') return 'same';
  if (automatic === 'SAME_LOWER') attributes.refuse('auto_pad', automatic);
  const [top = 0, left = 0, bottom = top, right = left] = attributes.numbers('pads') ?? [];
  if (automatic === 'VALID' || top + left + bottom + right === 0) return 'valid';
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

/** Activation that is computed together with the convolution before it. */
export type Activation =
  | { readonly kind: 'relu' | 'relu6' }
  | { readonly kind: 'prelu'; readonly slope: ModelTensor };

export interface ConvNode extends ModelNode {
  readonly activation?: Activation;
}

export const conv: Prepare = (context) => {
  const { tf, constant, keep } = context;
  const node = context.node as ConvNode;
  const attributes = new Attributes(node);
  const weights = constant(1);
  if (weights?.shape.length !== 4) {
    throw new Error('its operator Conv has other weights than four dimensions of its own');
  }
  const bias = constant(2);
  const groups = attributes.number('group', 1);
  const [outputs = 0, ofGroup = 0] = weights.shape;
  const how: ConvOptions = {
    strides: pair(attributes.numbers('strides'), 1),
    dilations: pair(attributes.numbers('dilations'), 1),
    pad: paddingOf(attributes),
    ...activationOf(context, node.activation),
    ...(bias && { bias: keep(tf.tensor1d(bias.data)) }),
  };
  const tensor = tf.tensor4d(weights.data, weights.shape as [number, number, number, number]);
  const turned = (...axes: number[]) => keep(tf.tidy(() => tf.transpose(tensor, axes))) as Tf.Tensor4D;
  try {
    if (groups === 1) return convolve(context, turned(2, 3, 1, 0), how);
    if (ofGroup === 1 && outputs % groups === 0) {
      const [, , tall = 0, wide = 0] = weights.shape;
      const filter = keep(
        tf.tidy(() => tf.reshape(tf.transpose(tensor, [2, 3, 0, 1]), [tall, wide, groups, outputs / groups])),
      ) as Tf.Tensor4D;
      return convolveEach(context, filter, how);
    }
    return convolveGroups(context, turned(2, 3, 1, 0), how, groups);
  } finally {
    tensor.dispose();
  }
};

interface ConvOptions {
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly pad: Padding;
  readonly bias?: Tf.Tensor1D;
  readonly activation?: 'relu' | 'relu6' | 'prelu';
  readonly preluActivationWeights?: Tf.Tensor;
}

function activationOf({ tf, keep }: Preparation, activation: Activation | undefined) {
  if (!activation) return {};
  if (activation.kind !== 'prelu') return { activation: activation.kind };
  const { data } = activation.slope;
  return {
    activation: activation.kind,
    preluActivationWeights: keep(tf.tensor3d(data, [1, 1, data.length])),
  };
}

function convolve({ tf }: Preparation, filter: Tf.Tensor4D, how: ConvOptions) {
  return ([x]: Parameters<Compute>[0]) => lastOf(tf.fused.conv2d({ x: asPicture(tf, x), filter, ...how }));
}

/** Convolves each channel with filters of its own. */
function convolveEach({ tf }: Preparation, filter: Tf.Tensor4D, how: ConvOptions) {
  return ([x]: Parameters<Compute>[0]) =>
    lastOf(tf.fused.depthwiseConv2d({ x: asPicture(tf, x), filter, ...how, pad: how.pad as 'valid' }));
}

function convolveGroups({ tf, keep }: Preparation, filter: Tf.Tensor4D, how: ConvOptions, groups: number) {
  const { bias, activation, preluActivationWeights, ...rest } = how;
  const filters = tf.split(filter, groups, 3).map((part) => keep(part));
  return ([x]: Parameters<Compute>[0]) => {
    const parts = tf.split(asPicture(tf, x), groups, 3) as Tf.Tensor4D[];
    const seen = parts.map((part, group) =>
      tf.conv2d(part, filters[group] as Tf.Tensor4D, rest.strides, rest.pad, 'NHWC', rest.dilations),
    );
    const joined = tf.concat(seen, 3);
    const shifted = bias ? tf.add(joined, bias) : joined;
    if (!activation) return lastOf(shifted);
    if (activation === 'prelu') return lastOf(tf.prelu(shifted, preluActivationWeights as Tf.Tensor));
    return lastOf(activation === 'relu' ? tf.relu(shifted) : tf.relu6(shifted));
  };
}

/** Prepares pooling in two dimensions. */
function pool(isMean: boolean): Prepare {
  return ({ tf, node }) => {
    const attributes = new Attributes(node);
    const size = pair(attributes.numbers('kernel_shape'), 1);
    const strides = pair(attributes.numbers('strides'), 1);
    const pad = paddingOf(attributes);
    if (attributes.number('ceil_mode', 0) !== 0) attributes.refuse('ceil_mode', 1);
    if (pair(attributes.numbers('dilations'), 1).some((step) => step !== 1)) {
      attributes.refuse('dilations', attributes.numbers('dilations'));
    }
    const countsPadding = isMean && attributes.number('count_include_pad', 0) !== 0;
    return ([x]) => {
      const picture = asPicture(tf, x);
      if (!isMean) return lastOf(tf.maxPool(picture, size, strides, pad as 'valid'));
      if (!countsPadding || typeof pad === 'string') {
        return lastOf(tf.avgPool(picture, size, strides, pad as 'valid'));
      }
      return lastOf(tf.avgPool(tf.pad(picture, pad as [number, number][]), size, strides, 'valid'));
    };
  };
}

export const maxPool = pool(false);
export const averagePool = pool(true);

export const globalAveragePool: Prepare =
  ({ tf }) =>
  ([x]) =>
    lastOf(tf.mean(asPicture(tf, x), [1, 2], true));

/** Computes a factor and a summand for each channel once. */
export const batchNormalization: Prepare = ({ tf, node, constant, keep }) => {
  const epsilon = new Attributes(node).number('epsilon', 1e-5);
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map(constant);
  if (!scale || !shift || !mean || !variance) {
    throw new Error('its operator BatchNormalization takes its statistics from other operators');
  }
  const factors = Float32Array.from(
    scale.data,
    (value, at) => value / Math.sqrt((variance.data[at] as number) + epsilon),
  );
  const summands = Float32Array.from(
    shift.data,
    (value, at) => value - (mean.data[at] as number) * (factors[at] as number),
  );
  const [factor, summand] = [keep(tf.tensor1d(factors)), keep(tf.tensor1d(summands))];
  return ([x]) => {
    const isPicture = x.isChannelsLast || x.tensor.rank === 4;
    if (!isPicture && x.tensor.rank !== 2)
      throw new Error('BatchNormalization takes two or four dimensions.');
    const tensor = isPicture ? asPicture(tf, x) : x.tensor;
    const scaled = tf.add(tf.mul(tensor, factor), summand);
    return isPicture ? lastOf(scaled) : plain(scaled);
  };
};
