import { beforeAll, describe, expect, test } from 'vitest';
import { type OnnxNode, type OnnxTensor, writeOnnx } from '../../../../lib/faces/engine/onnx/graph.ts';
import { loadOnnxRuntime } from '../../../../lib/faces/engine/runtime/onnx-runtime.ts';
import type { Runtime } from '../../../../lib/faces/engine/runtime/port.ts';
import { operators } from '../../../../lib/faces/engine/runtime/tfjs/operators.ts';
import { loadTfjs } from '../../../../lib/faces/engine/runtime/tfjs/session.ts';

interface Case {
  readonly shape: readonly number[];
  /** From `x` to `y`. */
  readonly nodes: readonly OnnxNode[];
  readonly tensors?: readonly OnnxTensor[];
  /** As it should be, where ONNX Runtime has no such operator in the version that is written. */
  readonly expected?: (x: Float32Array) => Float32Array;
}

/** The same at each run, -1..1, without a pattern. */
function numbers(count: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return (2 * state) / 2_147_483_647 - 1;
  });
}

const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);
const floats = (name: string, shape: readonly number[], seed = 7): OnnxTensor => {
  return { name, shape, data: numbers(size(shape), seed) };
};
const integers = (name: string, ...values: readonly number[]): OnnxTensor => {
  return { name, shape: [values.length], data: BigInt64Array.from(values, BigInt) };
};
const positive = (tensor: OnnxTensor): OnnxTensor => {
  return { ...tensor, data: (tensor.data as Float32Array).map((value) => Math.abs(value) + 0.5) };
};

const picture = [2, 6, 9, 11] as const;

/** One operator, on pictures unless it says otherwise. */
function one(
  operator: string,
  attributes: NonNullable<OnnxNode['attributes']> = {},
  tensors: readonly OnnxTensor[] = [],
  shape: readonly number[] = picture,
): Case {
  const inputs = ['x', ...tensors.map(({ name }) => name)];
  return { shape, tensors, nodes: [{ operator, inputs, output: 'y', attributes }] };
}

/** Operators one after the other, each on what came before and tensors of its own. */
function chain(
  shape: readonly number[],
  ...steps: readonly (readonly [string, NonNullable<OnnxNode['attributes']>?, (readonly OnnxTensor[])?])[]
): Case {
  const nodes = steps.map(([operator, attributes = {}, tensors = []], index): OnnxNode => {
    const [input, output] = [
      index === 0 ? 'x' : `${index}`,
      index === steps.length - 1 ? 'y' : `${index + 1}`,
    ];
    return { operator, inputs: [input, ...tensors.map(({ name }) => name)], output, attributes };
  });
  return { shape, nodes, tensors: steps.flatMap(([, , tensors = []]) => tensors) };
}

const weights = floats('weights', [8, 6, 3, 3]);
const eachOf6 = floats('weights', [6, 1, 3, 3]);
const bias = floats('bias', [8], 9);
const slopes = floats('slopes', [8, 1, 1], 11);
/** A convolution, so that what follows finds its picture as tfjs lays it. */
const first = ['Conv', {}, [floats('first', [6, 6, 1, 1], 3)]] as const;

const cases: Readonly<Record<string, Case>> = {
  Abs: one('Abs'),
  'Add: a number for each channel': one('Add', {}, [floats('other', [6, 1, 1])]),
  'Add after Conv: a whole picture': chain(picture, first, ['Add', {}, [floats('other', picture)]]),
  'Add after Conv: one number': chain(picture, first, ['Add', {}, [floats('other', [])]]),
  'Add after Conv: a row': chain(picture, first, ['Add', {}, [floats('other', [11])]]),
  AveragePool: one('AveragePool', { kernel_shape: [2, 3], strides: [2, 2] }),
  'AveragePool: padded': one('AveragePool', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  'AveragePool: padding counts': one('AveragePool', {
    ...{ kernel_shape: [3, 3], strides: [1, 2], pads: [1, 0, 1, 1], count_include_pad: 1 },
  }),
  BatchNormalization: one('BatchNormalization', {}, [
    ...[floats('a', [6]), floats('b', [6], 2), floats('c', [6], 3), positive(floats('d', [6], 4))],
  ]),
  'BatchNormalization: of numbers': one(
    'BatchNormalization',
    {},
    [floats('a', [5]), floats('b', [5], 2), floats('c', [5], 3), positive(floats('d', [5], 4))],
    [3, 5],
  ),
  Cast: chain(
    picture,
    ['Mul', {}, [{ name: 'ten', shape: [], data: Float32Array.of(10) }]],
    ['Cast', { to: 7 }],
    ['Cast', { to: 1 }],
  ),
  'Clip after Conv: 0 to 6': chain(
    picture,
    ['Conv', {}, [positive(weights), bias]],
    [
      'Clip',
      {},
      [
        { name: 'low', shape: [], data: Float32Array.of(0) },
        { name: 'high', shape: [], data: Float32Array.of(6) },
      ],
    ],
  ),
  Clip: one('Clip', {}, [
    { name: 'low', shape: [], data: Float32Array.of(-0.5) },
    { name: 'high', shape: [], data: Float32Array.of(0.25) },
  ]),
  Concat: one('Concat', { axis: 1 }, [floats('other', [2, 3, 9, 11])]),
  'Concat after Conv': chain(picture, first, ['Concat', { axis: 3 }, [floats('other', [2, 6, 9, 2])]]),
  Constant: {
    shape: picture,
    nodes: [
      { operator: 'Constant', inputs: [], output: 'c', attributes: { value: floats('', [6, 1, 1]) } },
      { operator: 'Mul', inputs: ['x', 'c'], output: 'y' },
    ],
  },
  Conv: one('Conv', {}, [weights]),
  'Conv: padded, strides, bias': one('Conv', { strides: [2, 1], pads: [0, 1, 2, 1] }, [weights, bias]),
  'Conv: dilated': one('Conv', { dilations: [2, 2], pads: [2, 2, 2, 2] }, [weights]),
  'Conv: each channel': one('Conv', { group: 6, strides: [2, 2], pads: [0, 0, 1, 1] }, [eachOf6]),
  'Conv: each channel twice': one('Conv', { group: 6 }, [floats('weights', [12, 1, 3, 3])]),
  'Conv: groups': one('Conv', { group: 2, pads: [1, 1, 1, 1] }, [floats('weights', [8, 3, 3, 3]), bias]),
  'Conv and Relu': chain(picture, ['Conv', {}, [weights, bias]], ['Relu']),
  'Conv and PRelu': chain(picture, ['Conv', {}, [weights, bias]], ['PRelu', {}, [slopes]]),
  'Conv of groups and PRelu': chain(
    picture,
    ['Conv', { group: 2 }, [floats('weights', [8, 3, 3, 3]), bias]],
    ['PRelu', {}, [slopes]],
  ),
  'Conv of each channel and PRelu': chain(
    picture,
    ['Conv', { group: 6 }, [eachOf6]],
    ['PRelu', {}, [floats('slopes', [6, 1, 1])]],
  ),
  'Conv whose value is used twice': {
    shape: picture,
    tensors: [weights],
    nodes: [
      { operator: 'Conv', inputs: ['x', 'weights'], output: 'seen' },
      { operator: 'Relu', inputs: ['seen'], output: 'above' },
      { operator: 'Add', inputs: ['above', 'seen'], output: 'y' },
    ],
  },
  Div: one('Div', {}, [positive(floats('other', [11]))]),
  Dropout: one('Dropout'),
  Elu: one('Elu'),
  Exp: one('Exp'),
  Flatten: one('Flatten'),
  'Flatten after Conv': chain(picture, first, ['Flatten']),
  Gather: one('Gather', { axis: 1 }, [integers('places', 2, 0, -1)]),
  'Gather after Conv': chain(picture, first, ['Gather', { axis: 3 }, [integers('places', 1)]]),
  Gemm: one('Gemm', { transB: 1 }, [floats('weights', [4, 6]), floats('bias', [4])], [3, 6]),
  GlobalAveragePool: one('GlobalAveragePool'),
  HardSigmoid: chain(picture, ['Mul', {}, [positive(floats('large', [1]))]], ['HardSigmoid']),
  HardSwish: {
    ...one('HardSwish'),
    expected: (x) => x.map((value) => value * Math.min(1, Math.max(0, value / 6 + 0.5))),
  },
  Identity: one('Identity'),
  LeakyRelu: one('LeakyRelu'),
  LpNormalization: one('LpNormalization', { axis: 1 }, [], [3, 6]),
  MatMul: one('MatMul', {}, [floats('weights', [6, 4])], [3, 6]),
  Max: one('Max', {}, [floats('other', picture)]),
  MaxPool: one('MaxPool', { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 0] }),
  Min: one('Min', {}, [floats('other', [6, 1, 1])]),
  Mul: one('Mul', {}, [floats('other', [2, 1, 1, 11])]),
  Neg: one('Neg'),
  PRelu: one('PRelu', {}, [floats('slopes', [6, 1, 1])]),
  'PRelu: a slope for each pixel': one('PRelu', {}, [floats('slopes', [6, 9, 11])]),
  'PRelu: of numbers': one('PRelu', {}, [floats('slopes', [5])], [3, 5]),
  Pad: one('Pad', {}, [integers('pads', 0, 1, 0, 2, 0, 3, 1, 0)]),
  'Pad after Conv': chain(picture, first, ['Pad', {}, [integers('pads', 0, 0, 1, 2, 0, 3, 1, 0)]]),
  Pow: chain(picture, ['Abs'], ['Pow', {}, [{ name: 'two', shape: [], data: Float32Array.of(2) }]]),
  ReduceL2: one('ReduceL2', { axes: [1], keepdims: 1 }, [], [3, 6]),
  ReduceMean: one('ReduceMean', { axes: [2, 3], keepdims: 0 }),
  'ReduceMean after Conv': chain(picture, first, ['ReduceMean', { axes: [3, 2], keepdims: 0 }]),
  'ReduceMean after Conv: of channels': chain(picture, first, ['ReduceMean', { axes: [1], keepdims: 0 }]),
  'ReduceMean after Conv: it stays a picture': chain(picture, first, ['ReduceMean', { axes: [3, 2] }]),
  'ReduceMean: of all': one('ReduceMean', { keepdims: 1 }),
  ReduceSum: one('ReduceSum', {}, [integers('axes', -1)]),
  Relu: one('Relu'),
  Reshape: one('Reshape', {}, [integers('shape', 0, -1, 3)]),
  'Reshape after Conv': chain(picture, first, ['Reshape', {}, [integers('shape', 0, -1)]]),
  Shape: {
    shape: picture,
    tensors: [integers('first', 0), integers('axis', 0), integers('rest', -1)],
    nodes: [
      { operator: 'GlobalAveragePool', inputs: ['x'], output: 'means' },
      { operator: 'Shape', inputs: ['means'], output: 'sizes' },
      { operator: 'Gather', inputs: ['sizes', 'first'], output: 'count' },
      { operator: 'Concat', inputs: ['count', 'rest'], output: 'wanted', attributes: { axis: 0 } },
      { operator: 'Reshape', inputs: ['means', 'wanted'], output: 'y' },
    ],
  },
  Sigmoid: one('Sigmoid'),
  Slice: one('Slice', {}, [integers('from', 1, -4), integers('to', 9, 2 ** 40), integers('axes', 1, 3)]),
  'Slice after Conv': chain(picture, first, [
    ...(['Slice', {}, [integers('from', 1, 2), integers('to', -1, 7), integers('axes', 1, 2)]] as const),
  ]),
  Softmax: one('Softmax', {}, [], [3, 6]),
  Sqrt: chain(picture, ['Abs'], ['Sqrt']),
  Squeeze: one('Squeeze', {}, [integers('axes', -1)], [2, 6, 3, 1]),
  Sub: one('Sub', {}, [floats('other', [6, 1, 1])]),
  Tanh: one('Tanh'),
  Transpose: one('Transpose', { perm: [0, 2, 3, 1] }),
  'Transpose after Conv': chain(picture, first, ['Transpose', { perm: [0, 2, 3, 1] }]),
  'Transpose before Conv': chain([2, 9, 11, 6], ['Transpose', { perm: [0, 3, 1, 2] }], first),
  'Transpose: any way': chain(picture, first, ['Transpose', { perm: [3, 0, 2, 1] }]),
  Unsqueeze: one('Unsqueeze', {}, [integers('axes', 0, -1)], [3, 6]),
};

function modelOf({ nodes, tensors = [], shape }: Case): Uint8Array {
  return writeOnnx(nodes, tensors, { name: 'x', shape }, [{ name: 'y', shape: [] }]);
}

let [onnx, tfjs]: Runtime[] = [];
beforeAll(async () => {
  onnx = loadOnnxRuntime();
  tfjs = await loadTfjs();
});

async function outcome(runtime: Runtime | undefined, { shape, ...rest }: Case, x: Float32Array) {
  const session = await (runtime as Runtime).start(modelOf({ shape, ...rest }));
  try {
    // The second run finds the model as the first has left it.
    await session.run(x, shape);
    return (await session.run(x, shape)).y as Float32Array;
  } finally {
    await session.release();
  }
}

describe('tfjs computes what ONNX Runtime computes', () => {
  test.each(Object.entries(cases))('%s', async (_, one) => {
    const x = numbers(size(one.shape), 5);
    const right = one.expected?.(x) ?? (await outcome(onnx, one, x));
    const seen = await outcome(tfjs, one, x);
    expect(seen.length).toBe(right.length);
    expect(right.length === 1 || new Set(right).size > 1).toBe(true);
    const off = seen.map((value, at) => Math.abs(value - (right[at] as number)));
    expect(Math.max(...off)).toBeLessThan(1e-4);
  });

  test('each operator is among these cases', () => {
    const used = new Set(Object.values(cases).flatMap(({ nodes }) => nodes.map(({ operator }) => operator)));
    expect([...used].sort()).toEqual(Object.keys(operators).sort());
  });
});

describe('what tfjs can not compute is told when the model is loaded', () => {
  const refusal = async (one: Case) => {
    const error = await (tfjs as Runtime).start(modelOf(one)).catch((reason: unknown) => reason);
    return (error as Error).message;
  };

  test('operators that it lacks, all at once, with the remedy', async () => {
    expect(await refusal(chain(picture, ['Erf'], ['Relu'], ['Einsum'], ['Erf']))).toBe(
      'the runtime tfjs lacks its operators Erf, Einsum: use ENGINE_RUNTIME=onnx on a machine that ONNX Runtime has a build for, ' +
        'or export the model with other operators',
    );
  });

  test.each([
    [one('MaxPool', { kernel_shape: [2, 2], ceil_mode: 1 }), 'its operator MaxPool has ceil_mode=1'],
    [one('Cast', { to: 10 }), 'its operator Cast has to=10'],
    [one('Conv', {}, [floats('weights', [8, 6, 3])], [2, 6, 9]), 'its operator Conv has other weights'],
  ])('%#', async (one, told) => {
    expect(await refusal(one)).toContain(told);
  });

  test('a file that is no model', async () => {
    await expect((tfjs as Runtime).start(Buffer.from('<!doctype html><p>Not here'))).rejects.toThrow(
      'it is not an ONNX model',
    );
  });
});
