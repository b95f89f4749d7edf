import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { similarityAt } from '../../../../lib/faces/engine/models/calibration.ts';
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
  expect(similarityAt('Fusion', 0.2805)).toBeCloseTo(90, 6);
  expect(similarityAt('MobileFaceNet', 0.6596)).toBeCloseTo(90, 6);
  expect(similarityAt('Dlib', 0.0737)).toBeCloseTo(90, 6);
});

test("a match at the default model's threshold has a similarity of 97.8: 1 pair of strangers in 100,000", () => {
  expect(similarityAt('Fusion', embeddingModels.Fusion.thresholds.cosine)).toBeCloseTo(97.8, 0);
});
