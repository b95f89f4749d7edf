import type { DecodedPicture } from '../../lib/inputs/picture.ts';
/** Computed pictures without a face: whatever a detector finds in them is false. */

/** A source of random numbers that a seed makes repeatable. */
export interface Random {
  /** Draws a number between `low` and `high`, all equally likely. */
  between(low: number, high: number): number;
}

/**
 * Makes random numbers by Marsaglia's xorshift with 32 bits ("Xorshift RNGs", 2003). A hash of the seed
 * (FNV-1a) is its first state.
 */
export function seededRandom(seed: string): Random {
  let state = 0x811c9dc5;
  for (const character of seed) state = Math.imul(state ^ (character.codePointAt(0) as number), 0x01000193);
  if (state === 0) state = 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  // The first states of similar seeds are similar.
  for (let round = 0; round < 20; round++) next();
  return { between: (low, high) => low + (high - low) * next() };
}

/** Gives the value 0..255 of one channel of the pixel `[x, y]`. */
type Paint = (x: number, y: number, channel: number) => number;

const paints = {
  blank: (random) => {
    const colour = [0, 1, 2].map(() => random.between(0, 255));
    return (_x, _y, channel) => colour[channel] as number;
  },
  gradient: (random, width, height) => {
    const from = [0, 1, 2].map(() => random.between(0, 255));
    const to = [0, 1, 2].map(() => random.between(0, 255));
    const slope = random.between(0, 1);
    return (x, y, channel) => {
      const share = (slope * x) / width + ((1 - slope) * y) / height;
      return (1 - share) * (from[channel] as number) + share * (to[channel] as number);
    };
  },
  noise: (random) => {
    const strength = random.between(20, 120);
    return () => 128 + random.between(-strength, strength);
  },
  clouds: (random) => {
    const octaves = [4, 8, 16, 32, 64, 128].map((size) => ({ size, at: valueNoise(random, size) }));
    const tint = [0, 1, 2].map(() => random.between(0.6, 1));
    return (x, y, channel) => {
      const value = octaves.reduce((sum, { size, at }) => sum + size * (at(x, y) - 0.5), 128);
      return value * (tint[channel] as number);
    };
  },
  weave: (random) => {
    const [periodX, periodY] = [random.between(6, 60), random.between(6, 60)];
    const tint = [0, 1, 2].map(() => random.between(0.5, 1));
    return (x, y, channel) => {
      const wave = Math.sin((2 * Math.PI * x) / periodX) + Math.sin((2 * Math.PI * y) / periodY);
      return (128 + 55 * wave) * (tint[channel] as number);
    };
  },
  bricks: (random) => {
    const [width, height] = [random.between(20, 200), random.between(10, 90)];
    const shade = valueNoise(random, 1);
    return (x, y, channel) => {
      const row = Math.floor(y / height);
      const across = x / width + (row % 2) / 2;
      const isMortar = (across % 1) * width < 4 || y % height < 4;
      if (isMortar) return 190;
      return ([170, 90, 70][channel] as number) * (0.7 + 0.6 * shade(Math.floor(across), row));
    };
  },
  discs: (random, width, height) => {
    const discs = Array.from({ length: 60 }, () => ({
      x: random.between(0, width),
      y: random.between(0, height),
      radius: random.between(5, 120),
      colour: [0, 1, 2].map(() => random.between(0, 255)),
    }));
    return (x, y, channel) => {
      const disc = discs.find((one) => Math.hypot(one.x - x, one.y - y) < one.radius);
      return disc ? (disc.colour[channel] as number) : 200;
    };
  },
} satisfies Record<string, (random: Random, width: number, height: number) => Paint>;

export type PlainKind = keyof typeof paints;
export const plainKinds = Object.keys(paints) as PlainKind[];

export function plainPicture(kind: PlainKind, width: number, height: number, seed: number): DecodedPicture {
  const random = seededRandom(`${kind} ${width}x${height} ${seed}`);
  return painted(width, height, paints[kind](random, width, height));
}

/** Paints a background for faces: one colour, a gradient or clouds, with a little noise. */
export function paintBackground(width: number, height: number, random: Random): DecodedPicture {
  const kinds = ['blank', 'gradient', 'clouds'] as const;
  const kind = kinds[Math.floor(random.between(0, kinds.length))] as (typeof kinds)[number];
  const paint = paints[kind](random, width, height);
  return painted(width, height, (x, y, channel) => paint(x, y, channel) + random.between(-5, 5));
}

function painted(width: number, height: number, paint: Paint): DecodedPicture {
  const pixels = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        pixels[3 * (y * width + x) + channel] = Math.min(255, Math.max(0, paint(x, y, channel)));
      }
    }
  }
  return { width, height, pixels };
}

/** Makes smooth random values 0..1, with a new one every `size` pixels. */
function valueNoise(random: Random, size: number): (x: number, y: number) => number {
  const side = 64;
  const values = Float32Array.from({ length: side * side }, () => random.between(0, 1));
  const value = (column: number, row: number) => values[(row % side) * side + (column % side)] as number;
  return (x, y) => {
    const [column, row] = [Math.floor(x / size), Math.floor(y / size)];
    const [right, low] = [smooth(x / size - column), smooth(y / size - row)];
    const upper = (1 - right) * value(column, row) + right * value(column + 1, row);
    const lower = (1 - right) * value(column, row + 1) + right * value(column + 1, row + 1);
    return (1 - low) * upper + low * lower;
  };
}

function smooth(share: number): number {
  return share * share * (3 - 2 * share);
}
