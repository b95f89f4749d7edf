import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cutChip,
  fitSimilarity,
  type Pixels,
  type Point,
  type Similarity,
} from '../../../lib/faces/human/align.ts';

const coordinate = fc.double({ min: -5000, max: 5000, noNaN: true });
const point = fc.tuple(coordinate, coordinate);
/** Points that are not all in one place. */
const points = fc
  .array(point, { minLength: 2, maxLength: 8 })
  .filter((all) => all.some(([x, y]) => Math.hypot(x - (all[0]?.[0] ?? 0), y - (all[0]?.[1] ?? 0)) > 1));
const similarity = fc
  .record({
    angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    scale: fc.double({ min: 0.01, max: 20, noNaN: true }),
    tx: coordinate,
    ty: coordinate,
  })
  .map(({ angle, scale, tx, ty }) => ({ a: scale * Math.cos(angle), b: scale * Math.sin(angle), tx, ty }));

function apply({ a, b, tx, ty }: Similarity, [x, y]: Point): Point {
  return [a * x - b * y + tx, b * x + a * y + ty];
}

function squaredError(map: Similarity, source: readonly Point[], destination: readonly Point[]): number {
  return source.reduce((sum, each, index) => {
    const [x, y] = apply(map, each);
    const [u, v] = destination[index] as Point;
    return sum + (x - u) ** 2 + (y - v) ** 2;
  }, 0);
}

describe('fitting landmarks to a chip', () => {
  test('finds the turn, the scale and the shift by which points were moved', () => {
    fc.assert(
      fc.property(points, similarity, (source, moved) => {
        const found = fitSimilarity(
          source,
          source.map((each) => apply(moved, each)),
        );
        expect(found.a).toBeCloseTo(moved.a, 6);
        expect(found.b).toBeCloseTo(moved.b, 6);
        expect(found.tx).toBeCloseTo(moved.tx, 3);
        expect(found.ty).toBeCloseTo(moved.ty, 3);
      }),
    );
  });

  test('brings points nearer to where they belong than any other turn, scale and shift', () => {
    const small = fc.double({ min: -0.1, max: 0.1, noNaN: true });
    const pairs = points.chain((source) =>
      fc.tuple(fc.constant(source), fc.array(point, { minLength: source.length, maxLength: source.length })),
    );
    fc.assert(
      fc.property(pairs, fc.tuple(small, small, small, small), ([source, destination], [a, b, tx, ty]) => {
        const best = fitSimilarity(source, destination);
        const other = { a: best.a + a, b: best.b + b, tx: best.tx + tx, ty: best.ty + ty };
        const error = squaredError(best, source, destination);
        expect(error).toBeLessThanOrEqual(squaredError(other, source, destination) * (1 + 1e-9) + 1e-9);
      }),
    );
  });
});

/** A picture whose pixel (x, y) has the colour that `colour` gives. */
function picture(
  width: number,
  height: number,
  colour: (x: number, y: number) => readonly [number, number, number],
): Pixels {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(colour(x, y), 3 * (y * width + x));
  }
  return { width, height, data };
}

const pixel = (chip: Float32Array, size: number, x: number, y: number) => [
  ...chip.subarray(3 * (y * size + x), 3 * (y * size + x) + 3),
];

const asItIs = { a: 1, b: 0, tx: 0, ty: 0 };

describe('cutting a chip', () => {
  const size = 9;
  const colourful = picture(size, size, (x, y) => [10 * x, 20 * y, 5 * (x + y)]);

  test('copies the picture where nothing is to be turned, scaled or shifted', () => {
    expect([...cutChip(colourful, asItIs, size)]).toEqual([...colourful.data]);
  });

  test('turns by a quarter without changing a pixel', () => {
    const chip = cutChip(colourful, { a: 0, b: 1, tx: size - 1, ty: 0 }, size);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        expect(pixel(chip, size, size - 1 - y, x)).toEqual([10 * x, 20 * y, 5 * (x + y)]);
      }
    }
  });

  test('is black outside of the picture, and mixes neighbours between pixels', () => {
    const chip = cutChip(colourful, { ...asItIs, tx: 2.5, ty: -1 }, size);
    for (let y = 0; y < size; y++) {
      expect(pixel(chip, size, 0, y)).toEqual([0, 0, 0]);
      expect(pixel(chip, size, 1, y)).toEqual([0, 0, 0]);
    }
    for (let x = 0; x < size; x++) expect(pixel(chip, size, x, size - 1)).toEqual([0, 0, 0]);
    // Chip pixel (5, 3) lies between (2, 4) and (3, 4) of the picture.
    expect(pixel(chip, size, 5, 3)).toEqual([25, 80, 32.5]);
    // Half of it lies outside.
    expect(pixel(chip, size, 2, 3)).toEqual([0, 40, 10]);
  });

  test('cuts out of a picture that is not square', () => {
    const wide = picture(40, 10, (x, y) => [x, y, 0]);
    const chip = cutChip(wide, { ...asItIs, tx: -30, ty: -5 }, 4);
    expect(pixel(chip, 4, 0, 0)).toEqual([30, 5, 0]);
    expect(pixel(chip, 4, 3, 3)).toEqual([33, 8, 0]);
  });

  test.each([2, 3, 4, 5.3, 8])(
    'makes an even gray of a checkerboard that is made %f times smaller',
    (factor) => {
      const board = picture(160, 160, (x, y) => ((x + y) % 2 === 0 ? [255, 255, 255] : [0, 0, 0]));
      const a = 1 / factor;
      const chipSize = Math.floor(160 / factor);
      const chip = cutChip(board, { a, b: 0, tx: a / 2 - 0.5, ty: a / 2 - 0.5 }, chipSize);
      const inner: number[] = [];
      for (let y = 1; y < chipSize - 1; y++) {
        for (let x = 1; x < chipSize - 1; x++) inner.push(...pixel(chip, chipSize, x, y));
      }
      expect(Math.min(...inner)).toBeGreaterThan(110);
      expect(Math.max(...inner)).toBeLessThan(145);
    },
  );
});
