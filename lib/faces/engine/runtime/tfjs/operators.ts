/**
 * ONNX's operators, computed by those of tfjs. Each is prepared once for its node, and then converts its
 * weights to tfjs's layout.
 */
import type * as Tf from '@tensorflow/tfjs-core';
import type { ModelTensor } from '../../onnx/model.ts';
import { Attributes } from './attributes.ts';
import { asGraph, asPicture, axisIn, integers, lastOf, plain, shapeOf, type Value } from './layout.ts';
import { averagePool, batchNormalization, conv, globalAveragePool, maxPool } from './pictures.ts';
import type { Prepare } from './prepare.ts';
import { concat, flatten, gather, pad, reshape, slice, squeezed, transpose } from './shapes.ts';

type One = (tf: typeof Tf, x: Tf.Tensor, attributes: Attributes) => Tf.Tensor;
type Two = (tf: typeof Tf, one: Tf.Tensor, other: Tf.Tensor) => Tf.Tensor;

/** Prepares an operator on single values, which keeps the layout. */
function each(compute: One): Prepare {
  return ({ tf, node }) => {
    const attributes = new Attributes(node);
    return ([x]) => ({ ...x, tensor: compute(tf, x.tensor, attributes) });
  };
}

/** Prepares an operator on two tensors, value by value; the smaller one is broadcast. */
function both(compute: Two): Prepare {
  return ({ tf }) =>
    ([one, other]) => {
      if (!other) throw new Error('An operator of two inputs has one.');
      if (!one.isChannelsLast && !other.isChannelsLast) return plain(compute(tf, one.tensor, other.tensor));
      return lastOf(compute(tf, asPicture(tf, one), asPicture(tf, other)));
    };
}

/** Prepares a reduction over some axes. */
function reduce(
  compute: (tf: typeof Tf, x: Tf.Tensor, axes: number[], keeps: boolean) => Tf.Tensor,
): Prepare {
  return ({ tf, node, constant }) => {
    const attributes = new Attributes(node);
    const axes = attributes.numbers('axes') ?? (constant(1) && [...(constant(1)?.data ?? [])]);
    const keeps = attributes.number('keepdims', 1) !== 0;
    return ([x]) => {
      const all = axes ?? x.tensor.shape.map((_, axis) => axis);
      const isWholePicture =
        all.length === 2 && all.every((axis) => axisIn(x, axis) === 1 || axisIn(x, axis) === 2);
      // One number is left for each channel, so the layout does not matter any more.
      if (x.isChannelsLast && (keeps || isWholePicture)) {
        const tensor = compute(
          tf,
          x.tensor,
          all.map((axis) => axisIn(x, axis)),
          keeps,
        );
        return { tensor, isChannelsLast: keeps };
      }
      const tensor = asGraph(tf, x);
      return plain(
        compute(
          tf,
          tensor,
          all.map((axis) => (axis < 0 ? axis + tensor.rank : axis)),
          keeps,
        ),
      );
    };
  };
}

const clip: Prepare =
  ({ tf, node }) =>
  ([x, low, high]) => {
    const attributes = new Attributes(node);
    const limit = (value: Value | undefined, usual: number) => integers(value)?.[0] ?? usual;
    const least = limit(low, attributes.number('min', -Number.MAX_VALUE));
    const most = limit(high, attributes.number('max', Number.MAX_VALUE));
    return { ...x, tensor: tf.clipByValue(x.tensor, least, most) };
  };

const prelu: Prepare =
  ({ tf }) =>
  ([x, slope]) => {
    if (!slope) throw new Error('A PRelu has no slope.');
    const isPicture = x.isChannelsLast || x.tensor.rank === 4;
    const tensor = isPicture ? asPicture(tf, x) : x.tensor;
    const slopes = isPicture ? asPicture(tf, slope) : slope.tensor;
    const out = (seen: Tf.Tensor) => (isPicture ? lastOf(seen) : plain(seen));
    const isOfChannels = slopes.size === 1 || slopes.size === slopes.shape.at(-1);
    if (isOfChannels) return out(tf.prelu(tensor, slopes));
    return out(tf.add(tf.relu(tensor), tf.mul(slopes, tf.minimum(tensor, 0))));
  };

const gemm: Prepare = ({ tf, node }) => {
  const attributes = new Attributes(node);
  const isTurned = (name: string) => attributes.number(name, 0) !== 0;
  const [alpha, beta] = [attributes.number('alpha', 1), attributes.number('beta', 1)];
  const times = (tensor: Tf.Tensor, factor: number) => (factor === 1 ? tensor : tf.mul(tensor, factor));
  return ([x, weights, bias]) => {
    if (!weights) throw new Error('A Gemm has no second input.');
    const [one, other] = [asGraph(tf, x), asGraph(tf, weights)];
    const product = times(tf.matMul(one, other, isTurned('transA'), isTurned('transB')), alpha);
    return plain(bias ? tf.add(product, times(asGraph(tf, bias), beta)) : product);
  };
};

const matMul: Prepare =
  ({ tf }) =>
  ([x, other]) => {
    if (!other) throw new Error('A MatMul has no second input.');
    return plain(tf.matMul(asGraph(tf, x), asGraph(tf, other)));
  };

const softmax: Prepare = ({ tf, node }) => {
  const axis = new Attributes(node).number('axis', -1);
  return ([x]) => {
    const tensor = asGraph(tf, x);
    if (axis !== -1 && axis !== tensor.rank - 1) new Attributes(node).refuse('axis', axis);
    return plain(tf.softmax(tensor));
  };
};

const cast: Prepare = ({ tf, node }) => {
  const attributes = new Attributes(node);
  const to = attributes.number('to', 0);
  const type = ({ 1: 'float32', 6: 'int32', 7: 'int32' } as const)[to];
  if (!type) return attributes.refuse('to', to);
  return ([x]) => ({ ...x, tensor: tf.cast(x.tensor, type) });
};

const constantTensor: Prepare = ({ tf, node, keep }) => {
  const { value } = node.attributes;
  if (typeof value !== 'object' || !('data' in value)) {
    throw new Error('its operator Constant holds no tensor, which the runtime tfjs lacks');
  }
  const tensor = keep(tensorOf(tf, value));
  return () => plain(tf.clone(tensor));
};

const lengthOfAxes: Prepare = reduce((tf, x, axes, keeps) => tf.sqrt(tf.sum(tf.square(x), axes, keeps)));

const unitLength: Prepare = ({ tf, node }) => {
  const attributes = new Attributes(node);
  if (attributes.number('p', 2) !== 2) attributes.refuse('p', attributes.number('p', 2));
  return ([x]) => {
    const axis = axisIn(x, attributes.number('axis', -1));
    return { ...x, tensor: tf.div(x.tensor, tf.sqrt(tf.sum(tf.square(x.tensor), axis, true))) };
  };
};

/** Makes a tensor of one of the model's own. */
export function tensorOf(tf: typeof Tf, { shape, data }: ModelTensor): Tf.Tensor {
  return tf.tensor(data, [...shape], data instanceof Float32Array ? 'float32' : 'int32');
}

const same = each((tf, x) => tf.clone(x));
const hardSigmoid: One = (tf, x, attributes) =>
  tf.clipByValue(tf.add(tf.mul(x, attributes.number('alpha', 0.2)), attributes.number('beta', 0.5)), 0, 1);

export const operators: Readonly<Record<string, Prepare>> = {
  Abs: each((tf, x) => tf.abs(x)),
  Add: both((tf, one, other) => tf.add(one, other)),
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  Constant: constantTensor,
  Conv: conv,
  Div: both((tf, one, other) => tf.div(one, other)),
  Dropout: same,
  Elu: each((tf, x, attributes) => {
    if (attributes.number('alpha', 1) !== 1) attributes.refuse('alpha', attributes.number('alpha', 1));
    return tf.elu(x);
  }),
  Exp: each((tf, x) => tf.exp(x)),
  Flatten: flatten,
  Gather: gather,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  HardSigmoid: each(hardSigmoid),
  HardSwish: each((tf, x) => tf.mul(x, tf.clipByValue(tf.add(tf.mul(x, 1 / 6), 0.5), 0, 1))),
  Identity: same,
  LeakyRelu: each((tf, x, attributes) => tf.leakyRelu(x, attributes.number('alpha', 0.01))),
  LpNormalization: unitLength,
  MatMul: matMul,
  Max: both((tf, one, other) => tf.maximum(one, other)),
  MaxPool: maxPool,
  Min: both((tf, one, other) => tf.minimum(one, other)),
  Mul: both((tf, one, other) => tf.mul(one, other)),
  Neg: each((tf, x) => tf.neg(x)),
  PRelu: prelu,
  Pad: pad,
  Pow: both((tf, one, other) => tf.pow(one, other)),
  ReduceL2: lengthOfAxes,
  ReduceMean: reduce((tf, x, axes, keeps) => tf.mean(x, axes, keeps)),
  ReduceSum: reduce((tf, x, axes, keeps) => tf.sum(x, axes, keeps)),
  Relu: each((tf, x) => tf.relu(x)),
  Reshape: reshape,
  Shape:
    ({ tf }) =>
    ([x]) =>
      plain(tf.tensor1d(shapeOf(x), 'int32')),
  Sigmoid: each((tf, x) => tf.sigmoid(x)),
  Slice: slice,
  Softmax: softmax,
  Sqrt: each((tf, x) => tf.sqrt(x)),
  Squeeze: squeezed(true),
  Sub: both((tf, one, other) => tf.sub(one, other)),
  Tanh: each((tf, x) => tf.tanh(x)),
  Transpose: transpose,
  Unsqueeze: squeezed(false),
};
