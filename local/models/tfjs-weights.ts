/** How tfjs describes a weight; a quantized one is a smaller number `q` that means `min + scale * q`, or a half-precision float. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  readonly quantization?: {
    readonly dtype: 'uint8' | 'float16';
    readonly scale?: number;
    readonly min?: number;
  };
}

export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The weights that lie one after the other in `bytes`, by their names; whole numbers too become 32-bit floats. */
export function readWeights(specs: readonly WeightSpec[], bytes: Buffer): Map<string, Weight> {
  let at = 0;
  return new Map(
    specs.map(({ name, shape, dtype, quantization }): [string, Weight] => {
      const count = shape.reduce((product, size) => product * size, 1);
      const data = new Float32Array(count);
      const { size, read } = numberIn(bytes, dtype, quantization);
      for (let index = 0; index < count; index++) data[index] = read(at + size * index);
      at += size * count;
      return [name, { shape, data }];
    }),
  );
}

/** How many bytes a number takes, and how it is read from its first one. */
function numberIn(bytes: Buffer, dtype: WeightSpec['dtype'], quantization: WeightSpec['quantization']) {
  switch (quantization?.dtype) {
    case 'uint8': {
      const { scale = 1, min = 0 } = quantization;
      return { size: 1, read: (at: number) => min + scale * (bytes[at] as number) };
    }
    case 'float16':
      return { size: 2, read: (at: number) => halfFloat(bytes.readUInt16LE(at)) };
    case undefined:
      return dtype === 'float32'
        ? { size: 4, read: (at: number) => bytes.readFloatLE(at) }
        : { size: 4, read: (at: number) => bytes.readInt32LE(at) };
  }
}

/** The value of a 16-bit float of IEEE 754: a sign, 5 bits of exponent, 10 of fraction. Weights are finite. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
