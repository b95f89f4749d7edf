import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitSimilarity, type Point, type Similarity } from '../../../../lib/faces/engine/geometry/align.ts';

const coordinate = fc.double({ min: -5000, max: 5000, noNaN: true });
const point = fc.tuple(coordinate, coordinate);
/** Points that are not all in the same place. */
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
