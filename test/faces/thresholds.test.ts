import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DistanceMetric, distanceMetrics, modelNames } from '../../lib/contract/vocabulary.ts';
import { standardThresholdOf, standardThresholds } from '../../lib/faces/standard-thresholds.ts';
import { type ThresholdLimits, usedThreshold } from '../../lib/faces/thresholds.ts';

const limits: ThresholdLimits = {
  model: 'Ours',
  metric: 'cosine',
  configured: 0.2,
  loosest: 0.3,
  reason: 'a looser one would accuse people',
};

const replacedModels = Object.keys(standardThresholds) as (keyof typeof standardThresholds)[];
const everyScale = replacedModels.flatMap((model) =>
  distanceMetrics.map((metric) => ({ model, metric, standard: standardThresholds[model][metric] })),
);

describe('the standard thresholds', () => {
  test("are DeepFace's, of all its models", () => {
    const row = (...[cosine, euclidean, euclidean_l2, angular]: readonly number[]) => ({
      ...{ cosine, euclidean, euclidean_l2, angular },
    });
    expect(standardThresholds).toEqual({
      'VGG-Face': row(0.68, 1.17, 1.17, 0.39),
      Facenet: row(0.4, 10, 0.8, 0.33),
      Facenet512: row(0.3, 23.56, 1.04, 0.35),
      ArcFace: row(0.68, 4.15, 1.13, 0.39),
      Dlib: row(0.07, 0.6, 0.4, 0.12),
      SFace: row(0.593, 10.734, 1.055, 0.36),
      OpenFace: row(0.1, 0.55, 0.55, 0.11),
      DeepFace: row(0.23, 64, 0.64, 0.12),
      DeepID: row(0.015, 45, 0.17, 0.04),
      GhostFaceNet: row(0.65, 35.71, 1.1, 0.38),
      Buffalo_L: row(0.55, 0.6, 1.1, 0.45),
      aws_rekognition: row(0.05, 0.05, 0.05, 0.05),
    });
  });

  test('are known for every name that a request may have, but for those of our own engine', () => {
    const unknown = modelNames.filter((name) => standardThresholdOf(name, 'cosine') === undefined);
    expect(unknown).toEqual(['MobileFaceNet', 'Fusion', 'Custom']);
    for (const name of ['', 'constructor', '__proto__']) {
      expect(standardThresholdOf(name, 'cosine')).toBeUndefined();
    }
  });
});

describe('a threshold on the scale of a model that is replaced', () => {
  test.each(everyScale)('by $model and $metric: $standard is our standard', ({ model, metric, standard }) => {
    const ask = (threshold: number) => usedThreshold({ threshold, model, metric, standard }, limits);
    expect(ask(standard).threshold).toBe(0.2);
    expect(ask(standard).warnings).toEqual([
      `A threshold of ${standard} was asked for, 0.2 was used: ${model} is replaced by Ours, whose standard threshold is 0.2 where that of ` +
        `${model} is ${standard} (${metric}).`,
    ]);
    expect(ask(standard / 2).threshold).toBeCloseTo(0.1, 12);
    expect(ask(1.2 * standard).threshold).toBeCloseTo(0.24, 12);
    expect(ask(0).threshold).toBe(0);
    const held = ask(1.6 * standard);
    expect(held.threshold).toBe(0.3);
    expect(held.warnings[0]).toMatch(
      /, 0\.3 was used: .* and with Ours \(cosine\) a looser one would accuse people\.$/,
    );
  });
});

describe('a threshold on our own scale', () => {
  const ask = (threshold: number | undefined, metric: DistanceMetric = 'cosine') =>
    usedThreshold({ threshold, model: 'Ours', metric, standard: undefined }, limits);

  test('is used as it is, up to the loosest', () => {
    for (const threshold of [0, 0.05, 0.2, 0.3]) expect(ask(threshold)).toEqual({ threshold, warnings: [] });
    expect(ask(undefined)).toEqual({ threshold: 0.2, warnings: [] });
  });

  test.each([0.31, 0.4, 0.6, 0.68, 2, 1000, Number.MAX_VALUE])(
    'of %d is held, with the reason',
    (threshold) => {
      expect(ask(threshold)).toEqual({
        threshold: 0.3,
        warnings: [
          `A threshold of ${threshold} was asked for, 0.3 was used: with Ours (cosine) a looser one would accuse people.`,
        ],
      });
    },
  );

  test('that is set looser than the loosest is held too', () => {
    const loose = { ...limits, configured: 0.5 };
    const used = (threshold?: number) =>
      usedThreshold({ threshold, model: 'Ours', metric: 'cosine', standard: undefined }, loose).threshold;
    expect([used(), used(0.5), used(0.1)]).toEqual([0.3, 0.3, 0.1]);
  });
});

test('no number that a request can have gives a looser threshold than the loosest, or none at all', () => {
  const setting = {
    threshold: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
    scale: fc.constantFrom(...everyScale, { model: 'Ours', metric: 'cosine' as const, standard: undefined }),
    configured: fc.double({ min: 0, max: 2, noNaN: true }),
    loosest: fc.double({ min: 0, max: 2, noNaN: true }),
  };
  fc.assert(
    fc.property(fc.record(setting), ({ threshold: asked, scale, ...of }) => {
      const { threshold, warnings } = usedThreshold({ threshold: asked, ...scale }, { ...limits, ...of });
      expect(threshold).toBeGreaterThanOrEqual(0);
      expect(threshold).toBeLessThanOrEqual(of.loosest);
      expect(warnings.length).toBe(threshold === asked ? 0 : 1);
    }),
  );
});
