/** ONNX's operators by those of tfjs. Each is prepared once for its node: weights are laid out as tfjs wants them then. */
import type * as Tf from '@tensorflow/tfjs-core';
import type { ModelTensor } from '../../onnx/model.ts';
import { Attributes } from './attributes.ts';
import {
  asGraph,
  asPicture,
  axisIn,
  lastOf,
  plain,
  shapeOf,
  toChannelsFirst,
  toChannelsLast,
  type Value,
} from './layout.ts';
import { averagePool, batchNormalization, conv, globalAveragePool, maxPool } from './pictures.ts';
import type { Prepare } from './prepare.ts';

type One = (tf: typeof Tf, x: Tf.Tensor, attributes: Attributes) => Tf.Tensor;
type Two = (tf: typeof Tf, one: Tf.Tensor, other: Tf.Tensor) => Tf.Tensor;

/** Value by value: the layout stays. */
function each(compute: One): Prepare {
  return ({ tf, node }) => {
    const attributes = new Attributes(node);
    return ([x]) => ({ ...x, tensor: compute(tf, x.tensor, attributes) });
  };
}

/** Two tensors value by value, the smaller one spread over the other. */
function both(compute: Two): Prepare {
  return ({ tf }) =>
    ([one, other]) => {
      if (!other) throw new Error('An operator of two inputs has one.');
      if (!one.isChannelsLast && !other.isChannelsLast) return plain(compute(tf, one.tensor, other.tensor));
      return lastOf(compute(tf, asPicture(tf, one), asPicture(tf, other)));
    };
}

/** The product of the sizes of some axes is computed away. */
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
      // Of each channel one number is left, and no layout.
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

/** The numbers of an input, which tell a shape or places. */
function integers(value: Value | undefined): number[] | undefined {
  return value && [...value.tensor.dataSync()];
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

const transpose: Prepare = ({ tf, node }) => {
  const axes = new Attributes(node).numbers('perm');
  const isTurn = (turn: readonly number[]) => `${axes}` === `${turn}`;
  return ([x]) => {
    if (x.isChannelsLast && isTurn(toChannelsLast)) return plain(tf.clone(x.tensor));
    if (!x.isChannelsLast && x.tensor.rank === 4 && isTurn(toChannelsFirst))
      return lastOf(tf.clone(x.tensor));
    return plain(tf.transpose(asGraph(tf, x), axes && [...axes]));
  };
};

const reshape: Prepare = ({ tf, node }) => {
  const keepsZero = new Attributes(node).number('allowzero', 0) !== 0;
  return ([x, shape]) => {
    const given = shapeOf(x);
    const wanted = integers(shape) ?? [];
    const sizes = wanted.map((size, axis) => (size === 0 && !keepsZero ? (given[axis] as number) : size));
    return plain(tf.reshape(asGraph(tf, x), sizes));
  };
};

const flatten: Prepare = ({ tf, node }) => {
  const axis = new Attributes(node).number('axis', 1);
  return ([x]) => {
    const shape = shapeOf(x);
    const rows = shape.slice(0, axis).reduce((product, size) => product * size, 1);
    return plain(tf.reshape(asGraph(tf, x), [rows, -1]));
  };
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

const pad: Prepare = ({ tf, node, constant }) => {
  const attributes = new Attributes(node);
  const mode = attributes.text('mode', 'constant');
  if (mode !== 'constant') attributes.refuse('mode', mode);
  const told = attributes.numbers('pads') ?? [...(constant(1)?.data ?? [])];
  const filler = constant(2)?.data[0] ?? attributes.number('value', 0);
  return ([x]) => {
    const pads: [number, number][] = x.tensor.shape.map(() => [0, 0]);
    for (let axis = 0; axis < x.tensor.rank; axis++) {
      pads[axisIn(x, axis)] = [told[axis] ?? 0, told[axis + x.tensor.rank] ?? 0];
    }
    return { ...x, tensor: tf.pad(x.tensor, pads, filler) };
  };
};

const slice: Prepare =
  ({ tf, node }) =>
  ([x, starts, ends, axes, steps]) => {
    const attributes = new Attributes(node);
    const from = integers(starts) ?? attributes.numbers('starts') ?? [];
    const to = integers(ends) ?? attributes.numbers('ends') ?? [];
    const along = integers(axes) ?? attributes.numbers('axes') ?? from.map((_, axis) => axis);
    if (integers(steps)?.some((step) => step !== 1)) attributes.refuse('steps', integers(steps));
    const begin = x.tensor.shape.map(() => 0);
    const size = [...x.tensor.shape];
    along.forEach((axis, index) => {
      const place = axisIn(x, axis);
      const whole = x.tensor.shape[place] as number;
      const counted = (value: number) => Math.min(whole, Math.max(0, value < 0 ? value + whole : value));
      const start = counted(from[index] as number);
      begin[place] = start;
      size[place] = Math.max(0, counted(to[index] as number) - start);
    });
    return { ...x, tensor: tf.slice(x.tensor, begin, size) };
  };

const concat: Prepare = ({ tf, node }) => {
  const axis = new Attributes(node).number('axis', 0);
  return (inputs) => {
    const all = inputs.filter((value) => value !== undefined);
    if (!all.some(({ isChannelsLast }) => isChannelsLast)) {
      return plain(
        tf.concat(
          all.map(({ tensor }) => tensor),
          axisIn(inputs[0], axis),
        ),
      );
    }
    const pictures = all.map((value) => lastOf(asPicture(tf, value)));
    return lastOf(
      tf.concat(
        pictures.map(({ tensor }) => tensor),
        axisIn(pictures[0] as Value, axis),
      ),
    );
  };
};

const softmax: Prepare = ({ tf, node }) => {
  const axis = new Attributes(node).number('axis', -1);
  return ([x]) => {
    const tensor = asGraph(tf, x);
    if (axis !== -1 && axis !== tensor.rank - 1) new Attributes(node).refuse('axis', axis);
    return plain(tf.softmax(tensor));
  };
};

/** Axes of size 1 come or go: told by an attribute or, in later versions, by an input. */
function squeezed(isGoing: boolean): Prepare {
  return ({ tf, node }) =>
    ([x, told]) => {
      const axes = integers(told) ?? new Attributes(node).numbers('axes');
      const shape = shapeOf(x);
      const tensor = asGraph(tf, x);
      if (isGoing) {
        const places = axes?.map((axis) => (axis < 0 ? axis + shape.length : axis));
        const isGone = (size: number, axis: number) => (places ? places.includes(axis) : size === 1);
        return plain(
          tf.reshape(
            tensor,
            shape.filter((size, axis) => !isGone(size, axis)),
          ),
        );
      }
      const rank = shape.length + (axes?.length ?? 0);
      const places = new Set(axes?.map((axis) => (axis < 0 ? axis + rank : axis)));
      const sizes = shape.values();
      const size = (axis: number) => (places.has(axis) ? 1 : (sizes.next().value as number));
      return plain(
        tf.reshape(
          tensor,
          Array.from({ length: rank }, (_, axis) => size(axis)),
        ),
      );
    };
}

const gather: Prepare = ({ tf, node }) => {
  const axis = new Attributes(node).number('axis', 0);
  return ([x, places]) => {
    if (!places) throw new Error('A Gather has no second input.');
    const tensor = asGraph(tf, x);
    const counted = axis < 0 ? axis + tensor.rank : axis;
    const whole = tensor.shape[counted] as number;
    const from = (integers(places) ?? []).map((place) => (place < 0 ? place + whole : place));
    return plain(tf.gather(tensor, tf.tensor(from, places.tensor.shape, 'int32'), counted));
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

/** One of the model's own tensors. */
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
