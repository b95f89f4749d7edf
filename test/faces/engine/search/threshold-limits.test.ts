import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DistanceMetric, distanceMetrics } from '../../../../lib/contract/vocabulary.ts';
import { distanceAtRate, falseMatchRateAt } from '../../../../lib/faces/engine/models/calibration.ts';
import {
  type EmbeddingModel,
  embeddingModelNames,
  embeddingModels,
  thresholdsOfUnits,
} from '../../../../lib/faces/engine/models/models.ts';
import { thresholdLimits } from '../../../../lib/faces/engine/search/threshold-limits.ts';
import { standardThresholds } from '../../../../lib/faces/standard-thresholds.ts';
import { standardOf, usedThreshold } from '../../../../lib/faces/thresholds.ts';

/** Gives the share of pairs of different people that lie within a distance, by the model's calibration. */
function rateAt(model: EmbeddingModel, metric: DistanceMetric, distance: number): number {
  if (metric === 'euclidean' && model.euclideanCalibration)
    return falseMatchRateAt(model.euclideanCalibration, distance);
  const cosine = {
    cosine: distance,
    euclidean: distance ** 2 / 2,
    euclidean_l2: distance ** 2 / 2,
    angular: 1 - Math.cos(Math.PI * distance),
  };
  return falseMatchRateAt(model.calibration, cosine[metric]);
}

const combinations = embeddingModelNames.flatMap((name) =>
  distanceMetrics.map((metric) => ({ name, metric, model: embeddingModels[name] as EmbeddingModel })),
);

describe.each(combinations)('with $name by $metric', ({ name, metric, model }) => {
  test('the loosest threshold is the one at which 1 in 1,000 strangers match', () => {
    const limits = thresholdLimits(name, model, metric);
    expect(rateAt(model, metric, limits.loosest)).toBeCloseTo(0.001, 9);
    expect(limits.reason).toBe(
      'a looser one would make a false match likelier than 1 in 1,000 (MAX_FALSE_MATCH_RATE)',
    );
    expect(rateAt(model, metric, standardOf(limits))).toBeLessThanOrEqual(0.001 + 1e-12);
    const strict = thresholdLimits(name, model, metric, 0.000_01);
    expect(rateAt(model, metric, strict.loosest)).toBeCloseTo(0.000_01, 11);
  });

  test("a replaced model's own standard is the standard, and what it calls loose is held", () => {
    const limits = thresholdLimits(name, model, metric);
    for (const [replaced, thresholds] of Object.entries(standardThresholds)) {
      const standard = thresholds[metric];
      const ask = (threshold: number) =>
        usedThreshold({ threshold, model: replaced, metric, standard }, limits).threshold;
      expect(ask(standard)).toBe(standardOf(limits));
      expect(ask(standard / 2)).toBeCloseTo(standardOf(limits) / 2, 12);
      expect(ask(100 * standard)).toBe(limits.loosest);
    }
  });
});

test("DeepFace's standards for Dlib are used with our Dlib as they are, but for those that are too loose", () => {
  const used = distanceMetrics.map((metric) => {
    const limits = thresholdLimits('Dlib', embeddingModels.Dlib, metric);
    const threshold = standardThresholds.Dlib[metric];
    return usedThreshold({ threshold, model: 'Dlib', metric, standard: undefined }, limits).threshold;
  });
  const { Dlib } = embeddingModels;
  const [, thousandth = 0] = Dlib.euclideanCalibration;
  expect(used).toEqual([
    0.07,
    thousandth,
    expect.closeTo(Math.sqrt(2 * Dlib.calibration[1]), 9),
    expect.closeTo(Math.min(0.12, Math.acos(1 - Dlib.calibration[1]) / Math.PI), 9),
  ]);
});

test('a threshold of a model of your own is held by its calibration, or by what is supposed', () => {
  const limitsOf = (model: Partial<EmbeddingModel>) =>
    thresholdLimits(
      'Custom',
      {
        ...{
          embedder: 'Custom' as const,
          dimensions: 512,
          version: 'Custom-1',
          thresholds: thresholdsOfUnits(0.7),
        },
        calibration: [0.75, 0.65],
        ...model,
      },
      'cosine',
    );
  expect(standardOf(limitsOf({}))).toBeCloseTo(0.65, 12);
  expect(limitsOf({}).configured).toBe(0.7);
  expect(limitsOf({ isSupposed: true }).reason).toMatch(/, as far as is known without MODEL_CALIBRATION$/);
});

test('a distance at a rate is the inverse of the rate at a distance', () => {
  const calibrations = [
    ...embeddingModelNames.map((name) => embeddingModels[name].calibration),
    [0.75, 0.65],
  ];
  const setting = {
    calibration: fc.constantFrom(...calibrations),
    exponent: fc.double({ min: -7, max: -2, noNaN: true }),
  };
  fc.assert(
    fc.property(fc.record(setting), ({ calibration, exponent }) => {
      const rate = 10 ** exponent;
      expect(falseMatchRateAt(calibration, distanceAtRate(calibration, rate)) / rate).toBeCloseTo(1, 6);
    }),
  );
});
