import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zeroTinyWeights } from '../../../../lib/faces/engine/onnx/weights.ts';

/** Writes a number as protocol buffers do, as far as an ONNX model needs it. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
const whole = (field: number, value: number) => [...varint(8 * field), ...varint(value)];
const bytes = (field: number, content: readonly number[]) => [
  ...varint(8 * field + 2),
  ...varint(content.length),
  ...content,
];
const text = (field: number, content: string) => bytes(field, [...Buffer.from(content)]);
const fixed32 = (field: number, content: readonly number[]) => [...varint(8 * field + 5), ...content];
const fixed64 = (field: number, content: readonly number[]) => [...varint(8 * field + 1), ...content];

/** Field numbers and types of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
const float = 1;
const int64 = 7;
function tensor(type: number, name: string, raw: Uint8Array): number[] {
  return [...whole(1, raw.length / 4), ...whole(2, type), ...text(8, name), ...bytes(9, [...raw])];
}
function model(...tensors: number[][]): Uint8Array {
  const node = [...text(1, 'input'), ...text(2, 'output'), ...text(4, 'Relu')];
  const graph = [...bytes(1, node), ...text(2, 'graph'), ...tensors.flatMap((each) => bytes(5, each))];
  return Uint8Array.from([
    ...whole(1, 8),
    ...text(2, 'a producer whose name has more than one hundred and twenty-seven letters, '.repeat(3)),
    ...bytes(7, graph),
    ...bytes(8, [...text(1, ''), ...whole(2, 13)]),
  ]);
}

const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

describe('tiny weights', () => {
  const limit = 2 ** -67;

  test('become zero, and all others stay the same to the last bit', () => {
    const values = [
      1,
      -0.5,
      1e-38,
      -1e-38,
      1e-45,
      limit,
      -limit,
      limit * (1 - 2 ** -24),
      0,
      -0,
      Infinity,
      NaN,
      3e38,
    ];
    const expected = [1, -0.5, 0, 0, 0, limit, -limit, 0, 0, 0, Infinity, NaN, 3e38];
    const onnx = model(tensor(float, 'weights', bytesOf(Float32Array.from(values))));
    zeroTinyWeights(onnx);
    expect(Buffer.compare(onnx, model(tensor(float, 'weights', bytesOf(Float32Array.from(expected)))))).toBe(
      0,
    );
  });

  test('are found in any model of any tensors, and nothing else is touched', () => {
    const raw = fc.uint8Array({ maxLength: 400 }).map((all) => all.slice(0, all.length - (all.length % 4)));
    const parts = fc.array(
      fc.record({ type: fc.constantFrom(float, int64, 3, 10), name: fc.string(), raw }),
      {
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(parts, (parts) => {
        const build = (change: (raw: Uint8Array) => Uint8Array) =>
          model(
            ...parts.map(({ type, name, raw }) => tensor(type, name, type === float ? change(raw) : raw)),
          );
        const onnx = build((raw) => raw);
        zeroTinyWeights(onnx);
        const expected = build((raw) => {
          const view = new DataView(raw.slice().buffer);
          for (let at = 0; at < view.byteLength; at += 4) {
            if (Math.abs(view.getFloat32(at, true)) < limit) view.setUint32(at, 0, true);
          }
          return new Uint8Array(view.buffer);
        });
        expect(Buffer.compare(onnx, expected)).toBe(0);
      }),
    );
  });

  test('are left where a tensor is not of 32-bit floats', () => {
    const raw = bytesOf(Float32Array.of(1e-38, 1e-40, 1));
    const onnx = model(tensor(int64, 'shape', raw), tensor(10, 'halves', raw));
    const before = Uint8Array.from(onnx);
    zeroTinyWeights(onnx);
    expect(Buffer.compare(onnx, before)).toBe(0);
  });

  test('are found whatever the order of the fields, between fields of every kind', () => {
    const tiny = [...bytesOf(Float32Array.of(1e-38))];
    const weights = (raw: readonly number[]) => [
      ...bytes(9, raw),
      ...fixed32(100, tiny),
      ...fixed64(101, [...tiny, ...tiny]),
      ...text(12, 'a note'),
      ...whole(2, float),
    ];
    const onnx = Uint8Array.from([...fixed32(100, tiny), ...bytes(7, bytes(5, weights(tiny)))]);
    zeroTinyWeights(onnx);
    expect([...onnx]).toEqual([...fixed32(100, tiny), ...bytes(7, bytes(5, weights([0, 0, 0, 0])))]);
  });

  test('are set to zero within a larger buffer, without a step beyond', () => {
    const onnx = model(tensor(float, 'weights', bytesOf(Float32Array.of(1e-38, 2))));
    const around = new Uint8Array(onnx.length + 7).fill(9);
    around.set(onnx, 3);
    zeroTinyWeights(around.subarray(3, 3 + onnx.length));
    const expected = model(tensor(float, 'weights', bytesOf(Float32Array.of(0, 2))));
    expect([...around]).toEqual([9, 9, 9, ...expected, 9, 9, 9, 9]);
  });
});
