import { ByteBuffer } from 'flatbuffers';
import type { Weight } from './tfjs-weights.ts';

/**
 * Reads TensorFlow Lite's format, as far as a plain convolutional network of 32-bit floats needs it. The
 * numbers of fields, operators and types are from
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs
 */

const fields = {
  model: { operatorCodes: 1, graphs: 2, buffers: 4 },
  operatorCode: { deprecatedCode: 0, code: 3 },
  graph: { tensors: 0, inputs: 1, outputs: 2, operators: 3 },
  tensor: { shape: 0, type: 1, buffer: 2 },
  operator: { code: 0, inputs: 1, outputs: 2, options: 4 },
  buffer: { data: 0 },
} as const;

const operators = {
  0: 'Add',
  3: 'Conv',
  4: 'DepthwiseConv',
  18: 'Multiply',
  19: 'Relu',
  22: 'Reshape',
  41: 'Subtract',
  101: 'Absolute',
} as const;
export type TfliteOperatorName = (typeof operators)[keyof typeof operators];

const floatType = 0;
const fileIdentifier = 'TFL3';

export interface TfliteOperator {
  readonly name: TfliteOperatorName;
  /** Numbers of the tensors that the operator reads. */
  readonly inputs: readonly number[];
  readonly output: number;
  readonly stride: 1 | 2;
  readonly padding: 'SAME' | 'VALID';
}

export interface TfliteGraph {
  readonly input: number;
  readonly output: number;
  readonly operators: readonly TfliteOperator[];
  shapeOf(tensor: number): readonly number[];
  /** Reads a constant tensor; undefined if the network computes it. */
  weightOf(tensor: number): Weight | undefined;
}

/**
 * Reads a model of one graph with one input and one output.
 *
 * @throws Error if the format is another, or if an operation or one of its options is not known here.
 */
export function readTflite(bytes: Uint8Array): TfliteGraph {
  const buffer = new ByteBuffer(bytes);
  if (!buffer.__has_identifier(fileIdentifier)) throw new Error('This is no model of TensorFlow Lite.');
  const model = new Table(buffer, buffer.readInt32(0));
  const codes = model
    .tables(fields.model.operatorCodes)
    .map((code) =>
      Math.max(code.byte(fields.operatorCode.deprecatedCode), code.int(fields.operatorCode.code)),
    );
  const [graph, ...others] = model.tables(fields.model.graphs);
  if (!graph || others.length > 0) throw new Error('The model should have one graph.');
  const [[input], [output]] = [graph.ints(fields.graph.inputs), graph.ints(fields.graph.outputs)];
  if (input === undefined || output === undefined) throw new Error('The graph has no input or no output.');
  const tensors = graph.tables(fields.graph.tensors);
  const buffers = model.tables(fields.model.buffers);
  const shapeOf = (tensor: number) => (tensors[tensor] as Table).ints(fields.tensor.shape);
  return {
    input,
    output,
    operators: graph.tables(fields.graph.operators).map((operator) => operatorOf(operator, codes)),
    shapeOf,
    weightOf: (tensor) => {
      const described = tensors[tensor] as Table;
      const data = buffers[described.int(fields.tensor.buffer)]?.bytes(fields.buffer.data);
      if (!data || data.length === 0) return undefined;
      if (described.byte(fields.tensor.type) !== floatType)
        throw new Error(`Tensor ${tensor} has no floats.`);
      // Floats must begin at a multiple of 4, as a copy does.
      return { shape: shapeOf(tensor), data: new Float32Array(new Uint8Array(data).buffer) };
    },
  };
}

function operatorOf(operator: Table, codes: readonly number[]): TfliteOperator {
  const code = codes[operator.int(fields.operator.code)] as number;
  const name = operators[code as keyof typeof operators];
  if (name === undefined) throw new Error(`There is no layer for operation ${code} of TensorFlow Lite.`);
  const [output = -1] = operator.ints(fields.operator.outputs);
  const inputs = operator.ints(fields.operator.inputs);
  return { name, inputs, output, ...windowOf(name, operator.table(fields.operator.options)) };
}

/**
 * Reads the stride and the padding of a convolution. Of any other operator it only checks that no activation
 * is fused into it.
 */
function windowOf(
  name: TfliteOperatorName,
  options: Table | undefined,
): Pick<TfliteOperator, 'stride' | 'padding'> {
  const isEach = name === 'DepthwiseConv';
  if (name !== 'Conv' && !isEach) {
    const isFused = name !== 'Reshape' && options !== undefined && options.byte(0) !== 0;
    if (isFused) throw new Error(`There is no layer for ${name} with an activation fused into it.`);
    return { stride: 1, padding: 'VALID' };
  }
  if (!options) throw new Error(`${name} has no options.`);
  const [padding, across, down] = [options.byte(0), options.int(1), options.int(2)];
  const activation = options.byte(isEach ? 4 : 3);
  const dilations = isEach ? [options.int(5, 1), options.int(6, 1)] : [options.int(4, 1), options.int(5, 1)];
  const isPlain =
    activation === 0 && dilations.every((one) => one === 1) && (!isEach || options.int(3) === 1);
  if (!isPlain || across !== down || (across !== 1 && across !== 2)) {
    throw new Error(`There is no layer for ${name} with these options.`);
  }
  return { stride: across, padding: padding === 0 ? 'SAME' : 'VALID' };
}

/** A table of a flat buffer. Its fields have numbers; an absent field has its default. */
class Table {
  readonly #buffer: ByteBuffer;
  readonly #at: number;

  constructor(buffer: ByteBuffer, at: number) {
    this.#buffer = buffer;
    this.#at = at;
  }

  byte(field: number): number {
    const at = this.#place(field);
    return at === 0 ? 0 : this.#buffer.readInt8(at);
  }

  int(field: number, fallback = 0): number {
    const at = this.#place(field);
    return at === 0 ? fallback : this.#buffer.readInt32(at);
  }

  table(field: number): Table | undefined {
    const at = this.#place(field);
    return at === 0 ? undefined : new Table(this.#buffer, this.#buffer.__indirect(at));
  }

  ints(field: number): number[] {
    return this.#vector(field, (at) => this.#buffer.readInt32(at));
  }

  tables(field: number): Table[] {
    return this.#vector(field, (at) => new Table(this.#buffer, this.#buffer.__indirect(at)));
  }

  bytes(field: number): Uint8Array {
    const at = this.#place(field);
    if (at === 0) return new Uint8Array();
    const start = this.#buffer.__vector(at);
    return this.#buffer.bytes().subarray(start, start + this.#buffer.__vector_len(at));
  }

  /** Reads a vector whose elements take 4 bytes each. */
  #vector<T>(field: number, read: (at: number) => T): T[] {
    const at = this.#place(field);
    if (at === 0) return [];
    const start = this.#buffer.__vector(at);
    return Array.from({ length: this.#buffer.__vector_len(at) }, (_, index) => read(start + 4 * index));
  }

  /** Finds a field's position in the buffer; 0 if it is absent. */
  #place(field: number): number {
    const offset = this.#buffer.__offset(this.#at, 4 + 2 * field);
    return offset === 0 ? 0 : this.#at + offset;
  }
}
