/** Operators that rearrange values, or leave some out. */
import { Attributes } from './attributes.ts';
import {
  asGraph,
  asPicture,
  axisIn,
  integers,
  lastOf,
  plain,
  shapeOf,
  toChannelsFirst,
  toChannelsLast,
  type Value,
} from './layout.ts';
import type { Prepare } from './prepare.ts';

export const transpose: Prepare = ({ tf, node }) => {
  const axes = new Attributes(node).numbers('perm');
  const isTurn = (turn: readonly number[]) => `${axes}` === `${turn}`;
  return ([x]) => {
    if (x.isChannelsLast && isTurn(toChannelsLast)) return plain(tf.clone(x.tensor));
    if (!x.isChannelsLast && x.tensor.rank === 4 && isTurn(toChannelsFirst))
      return lastOf(tf.clone(x.tensor));
    return plain(tf.transpose(asGraph(tf, x), axes && [...axes]));
  };
};

export const reshape: Prepare = ({ tf, node }) => {
  const keepsZero = new Attributes(node).number('allowzero', 0) !== 0;
  return ([x, shape]) => {
    const given = shapeOf(x);
    const wanted = integers(shape) ?? [];
    const sizes = wanted.map((size, axis) => (size === 0 && !keepsZero ? (given[axis] as number) : size));
    return plain(tf.reshape(asGraph(tf, x), sizes));
  };
};

export const flatten: Prepare = ({ tf, node }) => {
  const axis = new Attributes(node).number('axis', 1);
  return ([x]) => {
    const shape = shapeOf(x);
    const rows = shape.slice(0, axis).reduce((product, size) => product * size, 1);
    return plain(tf.reshape(asGraph(tf, x), [rows, -1]));
  };
};

export const pad: Prepare = ({ tf, node, constant }) => {
  const attributes = new Attributes(node);
  const mode = attributes.text('mode', 'constant');
  if (mode !== 'constant') attributes.refuse('mode', mode);
  const padding = attributes.numbers('pads') ?? [...(constant(1)?.data ?? [])];
  const filler = constant(2)?.data[0] ?? attributes.number('value', 0);
  return ([x]) => {
    const pads: [number, number][] = x.tensor.shape.map(() => [0, 0]);
    for (let axis = 0; axis < x.tensor.rank; axis++) {
      pads[axisIn(x, axis)] = [padding[axis] ?? 0, padding[axis + x.tensor.rank] ?? 0];
    }
    return { ...x, tensor: tf.pad(x.tensor, pads, filler) };
  };
};

export const slice: Prepare =
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

export const concat: Prepare = ({ tf, node }) => {
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

/**
 * Prepares the removal or insertion of axes of size 1. An attribute names the axes or, in later versions, an
 * input.
 */
export function squeezed(isRemoval: boolean): Prepare {
  return ({ tf, node }) =>
    ([x, named]) => {
      const axes = integers(named) ?? new Attributes(node).numbers('axes');
      const shape = shapeOf(x);
      const tensor = asGraph(tf, x);
      if (isRemoval) {
        const places = axes?.map((axis) => (axis < 0 ? axis + shape.length : axis));
        const isRemoved = (size: number, axis: number) => (places ? places.includes(axis) : size === 1);
        return plain(
          tf.reshape(
            tensor,
            shape.filter((size, axis) => !isRemoved(size, axis)),
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

export const gather: Prepare = ({ tf, node }) => {
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
