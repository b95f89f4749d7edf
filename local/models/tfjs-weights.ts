/**
 * tfjs' description of a weight. A quantized weight is a smaller number `q`, which means `min + scale * q`,
 * or a half-precision float.
 */
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

/**
 * Reads the weights that lie one after the other in `bytes`, by their names. Whole numbers become 32-bit
 * floats too.
 */
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

/** Gives the bytes of one number, and a function that reads it at its first byte. */
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

/**
 * Reads a 16-bit float of IEEE 754: a sign, 5 bits of exponent and 10 of fraction. It must be finite, as
 * weights are.
 */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
