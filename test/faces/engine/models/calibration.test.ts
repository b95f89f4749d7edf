import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  distancesAtPowersOfTen,
  equivalentDistance,
  similarityAt,
} from '../../../../lib/faces/engine/models/calibration.ts';
import { embeddingModelNames, embeddingModels } from '../../../../lib/faces/engine/models/models.ts';

describe.each(embeddingModelNames)('similarity by %s', (model) => {
  test('is 100 for the same picture, 0 for faces that have nothing in common, and falls with the distance', () => {
    expect(similarityAt(model, 0)).toBe(100);
    expect(similarityAt(model, -1e-7)).toBe(100);
    expect(similarityAt(model, 2)).toBe(0);
    const distance = fc.double({ min: 0, max: 2, noNaN: true });
    fc.assert(
      fc.property(distance, distance, (one, other) => {
        const [near, far] = [Math.min(one, other), Math.max(one, other)];
        expect(similarityAt(model, near)).toBeGreaterThanOrEqual(similarityAt(model, far));
      }),
    );
  });

  test('has no jumps', () => {
    for (let distance = 0; distance < 1; distance += 0.0001) {
      expect(similarityAt(model, distance) - similarityAt(model, distance + 0.0001)).toBeLessThan(0.5);
    }
  });
});

test('similarity means the same share of strangers for every model', () => {
  expect(similarityAt('Fusion', 0.4922)).toBeCloseTo(90, 6);
  expect(similarityAt('MobileFaceNet', 0.6596)).toBeCloseTo(90, 6);
  expect(similarityAt('Dlib', 0.0737)).toBeCloseTo(90, 6);
});

test("a match at the default model's threshold has a similarity of 97.8: 1 pair of strangers in 100,000", () => {
  expect(similarityAt('Fusion', embeddingModels.Fusion.thresholds.cosine)).toBeCloseTo(97.8, 0);
});

describe("a distance on another version's scale", () => {
  const { Fusion, FirstFusion } = distancesAtPowersOfTen;
  const cosine = fc.double({ min: 0, max: 2, noNaN: true });

  test('has the same similarity', () => {
    // Beyond the distance of 1 in 100, nothing was measured.
    fc.assert(
      fc.property(fc.double({ min: 0, max: FirstFusion[0], noNaN: true }), (distance) => {
        const other = equivalentDistance(distance, FirstFusion, Fusion);
        expect(similarityAt(Fusion, other)).toBeCloseTo(similarityAt(FirstFusion, distance), 8);
      }),
    );
  });

  test('comes back as it was, and keeps the order', () => {
    fc.assert(
      fc.property(cosine, cosine, (one, other) => {
        const [first, second] = [one, other].map((each) => equivalentDistance(each, Fusion, FirstFusion));
        expect(equivalentDistance(first as number, FirstFusion, Fusion)).toBeCloseTo(one, 10);
        // Distances closer together may be the same in floating point.
        fc.pre(Math.abs(one - other) > 1e-9);
        expect(Math.sign((first as number) - (second as number))).toBe(Math.sign(one - other));
      }),
    );
    expect(equivalentDistance(0, Fusion, FirstFusion)).toBe(0);
    expect(equivalentDistance(2, Fusion, FirstFusion)).toBe(2);
    expect(equivalentDistance(Number.POSITIVE_INFINITY, Fusion, FirstFusion)).toBe(Number.POSITIVE_INFINITY);
  });
});
