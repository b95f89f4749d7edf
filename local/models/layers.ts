import {
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
  writeOnnx,
} from '../../lib/faces/engine/onnx/graph.ts';
import type { Weight } from './tfjs-weights.ts';

/**
 * A value of the network under construction, of the shape `[pictures, stored(channels), height, width]`. The
 * channels beyond `channels` are 0.
 */
export interface Layer {
  readonly name: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * tfjs' two kinds of padding. `SAME` adds zeros so that the output has a place for each step; `VALID` adds
 * none.
 */
export type Padding = 'SAME' | 'VALID';

/**
 * Channels in a block. ONNX Runtime keeps values in such blocks between layers, and is several times as fast
 * if every layer fills its blocks. So zeros fill them up.
 */
const block = 16;
const stored = (channels: number) => block * Math.ceil(channels / block);

/**
 * Builds an ONNX model from the layers of a tfjs network. tfjs orders its values
 * `[pictures, height, width, channels]`, and ONNX `[pictures, channels, height, width]`. The builder reorders
 * weights, and also those values whose order can be seen from outside.
 */
export class NetworkBuilder {
  readonly #nodes: OnnxNode[] = [];
  readonly #tensors: OnnxTensor[] = [];
  readonly #outputs: OnnxValue[] = [];
  readonly #input: Layer;

  /** Starts a network whose input is named `input`. */
  constructor(channels: number, height: number, width: number) {
    this.#input = { name: 'input', channels, height, width };
  }

  get input(): Layer {
    return this.#input;
  }

  /** Adds a convolution; `filters` is `[height, width, inputs, outputs]`. */
  convolve(
    from: Layer,
    name: string,
    filters: Weight,
    bias: Weight,
    stride: number,
    padding: Padding,
  ): Layer {
    const [height, width, inputs, outputs] = filters.shape as [number, number, number, number];
    const read = from === this.#input ? inputs : stored(inputs);
    const turned = turnFilters(filters.data, height * width, [inputs, read], outputs);
    return this.#convolution(
      from,
      name,
      outputs,
      [read, height, width],
      turned,
      bias.data,
      stride,
      padding,
      1,
    );
  }

  /** Adds a convolution with a filter for each channel; `filters` is `[height, width, channels, 1]`. */
  convolveEach(
    from: Layer,
    name: string,
    filters: Weight,
    bias: Weight | undefined,
    stride: number,
    padding: Padding,
  ): Layer {
    const [height, width, channels] = filters.shape as [number, number, number, number];
    const turned = turnFilters(filters.data, height * width, [1, 1], channels);
    const zeros = new Float32Array(channels);
    return this.#convolution(
      from,
      name,
      channels,
      [1, height, width],
      turned,
      bias?.data ?? zeros,
      stride,
      padding,
      stored(channels),
    );
  }

  #convolution(
    from: Layer,
    name: string,
    channels: number,
    [inputs, height, width]: readonly [number, number, number],
    filters: Float32Array,
    bias: Float32Array,
    stride: number,
    padding: Padding,
    group: number,
  ): Layer {
    const outputs = stored(channels);
    this.#tensors.push({ name: `${name}/filters`, shape: [outputs, inputs, height, width], data: filters });
    this.#tensors.push({ name: `${name}/bias`, shape: [outputs], data: filledUp(bias, outputs) });
    const steps = windowSteps(from, height, width, stride, padding);
    return this.#add(
      'Conv',
      [from.name, `${name}/filters`, `${name}/bias`],
      { name, channels, ...steps.size },
      {
        group,
        strides: [stride, stride],
        pads: steps.pads,
      },
    );
  }

  /**
   * Adds the largest or the mean value of each window. A mean counts only the window's own values, not its
   * padding.
   */
  pool(
    kind: 'Max' | 'Average',
    from: Layer,
    name: string,
    size: number,
    stride: number,
    padding: Padding,
  ): Layer {
    const { channels } = from;
    const steps = windowSteps(from, size, size, stride, padding);
    return this.#add(
      `${kind}Pool`,
      [from.name],
      { name, channels, ...steps.size },
      { kernel_shape: [size, size], strides: [stride, stride], pads: steps.pads },
    );
  }

  relu(from: Layer, name: string): Layer {
    return this.#add('Relu', [from.name], { ...from, name });
  }

  /** Adds an activation that limits values to 0..6. */
  relu6(from: Layer, name: string): Layer {
    for (const [bound, value] of [
      ['zero', 0],
      ['six', 6],
    ] as const) {
      if (this.#tensors.some((tensor) => tensor.name === bound)) continue;
      this.#tensors.push({ name: bound, shape: [], data: Float32Array.of(value) });
    }
    return this.#add('Clip', [from.name, 'zero', 'six'], { ...from, name });
  }

  /**
   * Adds an activation that multiplies negative values by the slope of their channel. For ONNX Runtime,
   * `replacePRelu` turns it into operators that work on values in blocks.
   */
  prelu(from: Layer, name: string, { data }: Weight): Layer {
    const slopes = `${name}/slopes`;
    const channels = stored(from.channels);
    this.#tensors.push({ name: slopes, shape: [channels, 1, 1], data: filledUp(data, channels) });
    return this.#add('PRelu', [from.name, slopes], { ...from, name });
  }

  sum(one: Layer, other: Layer, name: string): Layer {
    return this.#add('Add', [one.name, other.name], { ...one, name });
  }

  /**
   * Adds channels of zeros after a layer's last one. A convolution that copies the others keeps the values in
   * blocks, which ONNX Runtime's Pad does not.
   */
  addChannels(from: Layer, name: string, channels: number): Layer {
    if (stored(channels) === stored(from.channels)) return { ...from, channels };
    const copies = new Float32Array(from.channels * channels);
    for (let channel = 0; channel < from.channels; channel++) copies[channel * (channels + 1)] = 1;
    const filters = { shape: [1, 1, from.channels, channels], data: copies };
    const bias = { shape: [channels], data: new Float32Array(channels) };
    return this.convolve(from, name, filters, bias, 1, 'VALID');
  }

  /** Enlarges a layer to the given size, with zeros after its last row and column. */
  enlarge(from: Layer, name: string, size: Pick<Layer, 'height' | 'width'>): Layer {
    const missing = [size.height - from.height, size.width - from.width];
    if (missing.every((count) => count === 0)) return from;
    const pads = this.#numbers(`${name}/pads`, [0, 0, 0, 0, 0, 0, ...missing]);
    return this.#add('Pad', [from.name, pads], { ...from, ...size, name });
  }

  sigmoid(from: Layer, name: string): Layer {
    return this.#add('Sigmoid', [from.name], { ...from, name });
  }

  /** Makes a layer an output `[pictures, rows, columns]`, with the values in tfjs' order. */
  output(from: Layer, name: string, columns: number): void {
    const rows = (from.height * from.width * from.channels) / columns;
    const bounds = [
      this.#numbers(`${name}/starts`, [0]),
      this.#numbers(`${name}/ends`, [from.channels]),
      this.#numbers(`${name}/axes`, [1]),
    ];
    const own = this.#add('Slice', [from.name, ...bounds], { ...from, name: `${name}/own` });
    const turned = this.#add(
      'Transpose',
      [own.name],
      { ...own, name: `${name}/turned` },
      { perm: [0, 2, 3, 1] },
    );
    // In ONNX a dimension of 0 is copied from the input.
    const shape = this.#numbers(`${name}/shape`, [0, rows, columns]);
    this.#add('Reshape', [turned.name, shape], { ...turned, name });
    this.#outputs.push({ name, shape: ['pictures', rows, columns] });
  }

  /**
   * Adds an output `[pictures, columns]`: the means of a layer's channels, times a matrix
   * `[channels, columns]`.
   */
  projectMeans(from: Layer, name: string, { shape, data }: Weight): void {
    const means = this.#add(
      'ReduceMean',
      [from.name],
      { ...from, name: `${name}/means` },
      { axes: [2, 3], keepdims: 0 },
    );
    const [channels, columns] = shape as [number, number];
    const matrix = filledUp(data, stored(channels) * columns);
    this.#tensors.push({ name: `${name}/matrix`, shape: [stored(channels), columns], data: matrix });
    this.#add('MatMul', [means.name, `${name}/matrix`], { ...means, name });
    this.#outputs.push({ name, shape: ['pictures', columns] });
  }

  /** Makes a weight an output, the same for every picture. */
  constant(name: string, { shape, data }: Weight): void {
    this.#tensors.push({ name: `${name}/value`, shape, data });
    this.#nodes.push({ operator: 'Identity', inputs: [`${name}/value`], output: name });
    this.#outputs.push({ name, shape });
  }

  build(): Uint8Array {
    const { name, channels, height, width } = this.#input;
    return writeOnnx(
      this.#nodes,
      this.#tensors,
      { name, shape: ['pictures', channels, height, width] },
      this.#outputs,
    );
  }

  #numbers(name: string, values: readonly number[]): string {
    const data = BigInt64Array.from(values.map(BigInt));
    this.#tensors.push({ name, shape: [values.length], data });
    return name;
  }

  #add(
    operator: string,
    inputs: readonly string[],
    layer: Layer,
    attributes: OnnxNode['attributes'] = {},
  ): Layer {
    this.#nodes.push({ operator, inputs, output: layer.name, attributes });
    return layer;
  }
}

/** Reorders filters from `[place, inputs, outputs]` to `[stored(outputs), stored inputs, place]`. */
function turnFilters(
  data: Float32Array,
  places: number,
  [inputs, storedInputs]: readonly [number, number],
  outputs: number,
): Float32Array {
  const turned = new Float32Array(stored(outputs) * storedInputs * places);
  let from = 0;
  for (let place = 0; place < places; place++) {
    for (let input = 0; input < inputs; input++) {
      for (let output = 0; output < outputs; output++) {
        turned[(output * storedInputs + input) * places + place] = data[from++] as number;
      }
    }
  }
  return turned;
}

function filledUp(values: Float32Array, count: number): Float32Array {
  const all = new Float32Array(count);
  all.set(values);
  return all;
}

/**
 * Computes the steps of a window and the padding for them, `[top, left, bottom, right]`. An odd row or column
 * of padding goes to the end.
 */
function windowSteps(
  { height, width }: Layer,
  windowHeight: number,
  windowWidth: number,
  stride: number,
  padding: Padding,
) {
  const along = (length: number, window: number) => {
    if (padding === 'VALID')
      return { steps: Math.floor((length - window) / stride) + 1, before: 0, after: 0 };
    const steps = Math.ceil(length / stride);
    const missing = Math.max(0, (steps - 1) * stride + window - length);
    return { steps, before: Math.floor(missing / 2), after: Math.ceil(missing / 2) };
  };
  const [down, across] = [along(height, windowHeight), along(width, windowWidth)];
  return {
    size: { height: down.steps, width: across.steps },
    pads: [down.before, across.before, down.after, across.after],
  };
}
