import { type Field, fields } from './read.ts';

/** Field numbers and types of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
const modelFields = { graph: 7 } as const;
const graphFields = { node: 1, initializer: 5, input: 11, output: 12 } as const;
const nodeFields = { input: 1, output: 2, operator: 4, attribute: 5, domain: 7 } as const;
const attributeFields = {
  name: 1,
  float: 2,
  integer: 3,
  text: 4,
  tensor: 5,
  floats: 7,
  integers: 8,
} as const;
const tensorFields = {
  dimension: 1,
  type: 2,
  floats: 4,
  integers32: 5,
  integers64: 7,
  name: 8,
  raw: 9,
  location: 14,
} as const;
const valueFields = { name: 1, type: 2 } as const;
const typeFields = { tensor: 1 } as const;
const tensorTypeFields = { element: 1, shape: 2 } as const;
const shapeFields = { dimension: 1 } as const;
const dimensionFields = { value: 1, name: 2 } as const;
const elementTypes = { float: 1, int32: 6, int64: 7 } as const;

/** An input or an output of a model, as the model describes it. */
export interface ValueDescription {
  readonly name: string;
  readonly isFloat32: boolean;
  /** Dimensions; one that is not a positive number is free. */
  readonly shape: readonly (number | string)[];
}

/** A tensor that the model contains. */
export interface ModelTensor {
  readonly shape: readonly number[];
  /** Values. 64-bit integers become 32-bit ones; larger ones, which mean "to the end", become the largest. */
  readonly data: Float32Array | Int32Array;
}

export type Attribute = number | string | ModelTensor | readonly number[];

export interface ModelNode {
  /** With its domain where it is not one of ONNX's own. */
  readonly operator: string;
  /** An input that is left out is an empty text. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Model {
  readonly nodes: readonly ModelNode[];
  readonly tensors: ReadonlyMap<string, ModelTensor>;
  /** Without those that the model's own tensors give. */
  readonly inputs: readonly ValueDescription[];
  readonly outputs: readonly ValueDescription[];
}

/**
 * Reads an ONNX model.
 * @throws Error when it is none, or its weights are not in it or of a type that is not read here.
 */
export function readModel(model: Uint8Array): Model {
  try {
    return new Reader(model).model();
  } catch (error) {
    if (error instanceof RangeError) throw new Error('it is not an ONNX model', { cause: error });
    throw error;
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  model(): Model {
    const parts = [...fields(this.#view, 0, this.#view.byteLength)];
    const graph = parts.find(({ number }) => number === modelFields.graph);
    if (!graph) throw new Error('it is not an ONNX model');
    const tensors = new Map(
      this.#all(graph, graphFields.initializer).map((tensor) => [
        this.#text(tensor, tensorFields.name),
        this.#tensor(tensor),
      ]),
    );
    if (this.#all(graph, graphFields.node).length === 0) throw new Error('it is not an ONNX model');
    return {
      nodes: this.#all(graph, graphFields.node).map((node) => this.#node(node)),
      tensors,
      inputs: this.#all(graph, graphFields.input)
        .map((input) => this.#value(input))
        .filter(({ name }) => !tensors.has(name)),
      outputs: this.#all(graph, graphFields.output).map((output) => this.#value(output)),
    };
  }

  #node(node: Field): ModelNode {
    const texts = (number: number) => this.#all(node, number).map((field) => this.#textOf(field));
    const domain = this.#text(node, nodeFields.domain);
    const operator = this.#text(node, nodeFields.operator);
    return {
      operator: domain === '' || domain === 'ai.onnx' ? operator : `${domain}.${operator}`,
      inputs: texts(nodeFields.input),
      outputs: texts(nodeFields.output),
      attributes: Object.fromEntries(
        this.#all(node, nodeFields.attribute).map((attribute) => [
          this.#text(attribute, attributeFields.name),
          this.#attribute(attribute),
        ]),
      ),
    };
  }

  #attribute(attribute: Field): Attribute {
    const field = (number: number) => this.#all(attribute, number)[0];
    const [float, integer, text, tensor] = [
      field(attributeFields.float),
      field(attributeFields.integer),
      field(attributeFields.text),
      field(attributeFields.tensor),
    ];
    if (float) return this.#view.getFloat32(float.start, true);
    if (integer) return this.#integers([integer])[0] as number;
    if (text) return this.#textOf(text);
    if (tensor) return this.#tensor(tensor);
    const floats = this.#floats(this.#all(attribute, attributeFields.floats));
    return floats.length > 0 ? floats : this.#integers(this.#all(attribute, attributeFields.integers));
  }

  #tensor(tensor: Field): ModelTensor {
    const all = (number: number) => this.#all(tensor, number);
    const name = this.#text(tensor, tensorFields.name);
    const shape = this.#integers(all(tensorFields.dimension));
    const [type] = all(tensorFields.type).map(({ value }) => value);
    if (all(tensorFields.location).some(({ value }) => value === 1)) {
      throw new Error(`its tensor ${name} lies in another file: save the model as one file`);
    }
    const [raw] = all(tensorFields.raw);
    // A copy begins at a multiple of 8, as numbers must.
    const buffer = raw && new Uint8Array(this.#bytes.subarray(raw.start, raw.end)).buffer;
    if (type === elementTypes.float) {
      const data = buffer
        ? new Float32Array(buffer)
        : Float32Array.from(this.#floats(all(tensorFields.floats)));
      return { shape, data };
    }
    if (type === elementTypes.int64) {
      const values = buffer
        ? Array.from(new BigInt64Array(buffer), Number)
        : this.#integers(all(tensorFields.integers64));
      return { shape, data: Int32Array.from(values, in32Bits) };
    }
    if (type === elementTypes.int32) {
      return {
        shape,
        data: buffer ? new Int32Array(buffer) : Int32Array.from(this.#integers(all(tensorFields.integers32))),
      };
    }
    throw new Error(`its tensor ${name} holds values of type ${type}, not 32-bit floats or integers`);
  }

  #value(value: Field): ValueDescription {
    const name = this.#text(value, valueFields.name);
    const [type] = this.#all(value, valueFields.type);
    const [tensor] = type ? this.#all(type, typeFields.tensor) : [];
    if (!tensor) return { name, isFloat32: false, shape: [] };
    const [element] = this.#all(tensor, tensorTypeFields.element);
    const [shape] = this.#all(tensor, tensorTypeFields.shape);
    const dimensions = shape ? this.#all(shape, shapeFields.dimension) : [];
    return {
      name,
      isFloat32: element?.value === elementTypes.float,
      shape: dimensions.map((dimension) => {
        const [size] = this.#all(dimension, dimensionFields.value);
        return size ? (this.#integers([size])[0] as number) : this.#text(dimension, dimensionFields.name);
      }),
    };
  }

  #all(message: Field, wanted: number): Field[] {
    return [...fields(this.#view, message.start, message.end)].filter(({ number }) => number === wanted);
  }

  /** Returns an empty text if there is none. */
  #text(message: Field, wanted: number): string {
    const [field] = this.#all(message, wanted);
    return field ? this.#textOf(field) : '';
  }

  #textOf({ start, end }: Field): string {
    return Buffer.from(this.#bytes.subarray(start, end)).toString();
  }

  /** Reads 32-bit floats from fields that hold one number or many each. */
  #floats(all: readonly Field[]): number[] {
    return all.flatMap(({ start, end }) =>
      Array.from({ length: (end - start) / 4 }, (_, index) => this.#view.getFloat32(start + 4 * index, true)),
    );
  }

  /** Reads integers from fields that hold one number or many each. */
  #integers(all: readonly Field[]): number[] {
    return all.flatMap(({ tagStart, start, end }) => {
      if (end > start) return this.#varints(start, end);
      // The field holds a single number, which lies between its tag and its end.
      return this.#varints(tagStart, end).slice(1);
    });
  }

  /** Reads signed numbers, which `fields` does not: negative ones have ten bytes. */
  #varints(start: number, end: number): number[] {
    const numbers: number[] = [];
    let bits = 0n;
    let shift = 0n;
    for (let at = start; at < end; at++) {
      const byte = this.#view.getUint8(at);
      bits |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte >= 0x80) continue;
      numbers.push(Number(BigInt.asIntN(64, bits)));
      bits = 0n;
      shift = 0n;
    }
    return numbers;
  }
}

const largest = 2 ** 31 - 1;

function in32Bits(value: number): number {
  return Math.min(largest, Math.max(-largest, value));
}
