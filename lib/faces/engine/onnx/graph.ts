/**
 * Writes an ONNX model, with the few messages of its protocol buffer that a plain convolutional network
 * needs. Field numbers and types: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

const irVersion = 8;
/** Last version in which all operators used here take their parameters as written below. */
const operatorSet = 13;
const elementTypes = { float: 1, int64: 7 } as const;
const attributeTypes = { integer: 2, tensor: 4, integers: 7 } as const;

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Numbers are whole ones. */
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

type OnnxAttribute = number | readonly number[] | OnnxTensor;

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A named input or output of 32-bit floats; a dimension with a name is free. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

/** Writes the bytes of a model with one input. */
export function writeOnnx(
  nodes: readonly OnnxNode[],
  weights: readonly OnnxTensor[],
  input: OnnxValue,
  outputs: readonly OnnxValue[],
): Uint8Array {
  const graph = message(
    ...nodes.map((node) => bytes(1, nodeProto(node))),
    text(2, 'graph'),
    ...weights.map((tensor) => bytes(5, tensorProto(tensor))),
    bytes(11, valueProto(input)),
    ...outputs.map((output) => bytes(12, valueProto(output))),
  );
  const operators = message(text(1, ''), integer(2, operatorSet));
  return message(integer(1, irVersion), bytes(8, operators), bytes(7, graph));
}

export function nodeProto({ operator, inputs, output, attributes = {} }: OnnxNode): Uint8Array {
  return message(
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attributeProto(name, value))),
  );
}

function attributeProto(name: string, value: OnnxAttribute): Uint8Array {
  if (typeof value === 'number') {
    return message(text(1, name), integer(3, value), integer(20, attributeTypes.integer));
  }
  if ('data' in value) {
    return message(text(1, name), bytes(5, tensorProto(value)), integer(20, attributeTypes.tensor));
  }
  return message(text(1, name), ...value.map((one) => integer(8, one)), integer(20, attributeTypes.integers));
}

export function tensorProto({ name, shape, data }: OnnxTensor): Uint8Array {
  const type = data instanceof Float32Array ? elementTypes.float : elementTypes.int64;
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(...shape.map((size) => integer(1, size)), integer(2, type), text(8, name), bytes(9, raw));
}

function valueProto({ name, shape }: OnnxValue): Uint8Array {
  const dimensions = shape.map((size) =>
    bytes(1, typeof size === 'number' ? integer(1, size) : text(2, size)),
  );
  const tensor = message(integer(1, elementTypes.float), bytes(2, message(...dimensions)));
  return message(text(1, name), bytes(2, message(bytes(1, tensor))));
}

function integer(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(8 * field), ...varint(value)]);
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(value));
}

export function bytes(field: number, content: Uint8Array): Uint8Array {
  return message(Uint8Array.from([...varint(8 * field + 2), ...varint(content.length)]), content);
}

export function message(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** Encodes a number with seven bits a byte, the lowest first; it must not be negative. */
function varint(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...out, rest];
    out.push((rest % 128) + 128);
  }
}
