import { describe, expect, test } from 'vitest';
import {
  areaUnderCurve,
  crossValidate,
  equalErrorRate,
  identificationCurve,
  identificationRate,
  thresholdAt,
  trueAcceptRate,
} from '../../bench/accuracy/measures.ts';
import { errorTradeOff, missRateAt, ScoreCounts } from '../../bench/accuracy/score-counts.ts';

/**
 * Ten pairs of each kind. Sorted, with s for the same person and d for different people, they are
 * `s s s d s s s s d s d s d s d …`
 */
const same = [0.99, 0.95, 0.9, 0.8, 0.75, 0.7, 0.65, 0.55, 0.45, 0.35];
const different = [0.85, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05];
const scores = { same, different };

describe('verification', () => {
  test.each([
    [0, 0.85],
    [0.1, 0.6],
    [0.19, 0.6],
    [0.3, 0.4],
    [1, 0.05],
  ])('at most a share of %d lies above the threshold', (share, threshold) => {
    expect(thresholdAt(different, share)).toBe(threshold);
  });

  test.each([
    [0, 0.3],
    [0.1, 0.7],
    [0.2, 0.8],
    [0.3, 0.9],
    [0.4, 1],
  ])('at a false accept rate of %d the true accept rate is %d', (falseAccepts, trueAccepts) => {
    expect(trueAcceptRate(scores, falseAccepts)).toBe(trueAccepts);
  });

  test('as many thresholds as rounding could spoil give whole numbers of pairs', () => {
    const values = Array.from({ length: 100 }, (_, index) => index / 100);
    const above = values.map(
      (_, count) => values.filter((value) => value > thresholdAt(values, count / 100)).length,
    );
    expect(above).toEqual(values.map((_, count) => count));
  });

  test('the area under the curve is the share of won comparisons, a tie being half', () => {
    // The same person's ten pairs win against `10 10 10 9 9 9 9 8 7 6` of different people's ten.
    expect(areaUnderCurve(scores)).toBeCloseTo(0.87, 12);
    expect(areaUnderCurve({ same: [0.5], different: [0.5] })).toBe(0.5);
    expect(areaUnderCurve({ same: [0.5, 0.2], different: [0.5, 0.1] })).toBe(0.625);
    expect(areaUnderCurve({ same: [0.9], different: [0.1] })).toBe(1);
  });

  test('the equal error rate is where both errors are the same', () => {
    // Above 0.5, 2 of 10 pairs of different people pass, and 2 of 10 pairs of the same person do not.
    expect(equalErrorRate(scores)).toBeCloseTo(0.2, 12);
    expect(equalErrorRate({ same: [0.9, 0.8], different: [0.2, 0.1] })).toBe(0);
  });

  test('each fold is measured at the threshold that is best on the others', () => {
    const pair = (fold: number, isSame: boolean, similarity: number) => ({ fold, same: isSame, similarity });
    const folds = [
      // The best threshold lies between 0.6 and 0.4. It is right about all but one pair of the second fold.
      ...[pair(0, true, 0.8), pair(0, true, 0.6), pair(0, false, 0.4), pair(0, false, 0.2)],
      // The best threshold lies between 0.9 and 0.7. It misses 0.6 and 0.8 of the first fold, since 0.8
      // equals the middle.
      ...[pair(1, true, 0.95), pair(1, true, 0.9), pair(1, false, 0.7), pair(1, false, 0.1)],
    ];
    const { accuracy, standardError } = crossValidate(folds);
    expect(accuracy).toBeCloseTo((0.5 + 0.75) / 2, 12);
    // For two folds a and b it is |a - b| / 2.
    expect(standardError).toBeCloseTo(0.125, 12);
  });

  test('people who are all told apart are told apart in every fold', () => {
    const pairs = [0, 1, 2].flatMap((fold) => [
      { fold, same: true, similarity: 0.7 + fold / 100 },
      { fold, same: false, similarity: 0.3 - fold / 100 },
    ]);
    expect(crossValidate(pairs)).toEqual({ accuracy: 1, standardError: 0 });
  });
});

describe('open-set identification', () => {
  const searches = {
    listed: [
      { similarity: 0.9, isRight: true },
      { similarity: 0.8, isRight: false },
      { similarity: 0.6, isRight: true },
      { similarity: 0.4, isRight: true },
    ],
    strangers: [0.7, 0.5, 0.3, 0.2],
  };

  test.each([
    [0, 0.25],
    [0.25, 0.5],
    [0.5, 0.75],
    [1, 0.75],
  ])('where %d of the strangers match, %d of the listed are found as themselves', (strangers, found) => {
    expect(identificationRate(searches, strangers)).toBe(found);
  });

  test('the curve has each rate that so many strangers can tell', () => {
    expect(identificationCurve(searches)).toEqual([
      [0.25, 0.5],
      [0.5, 0.75],
      [0.75, 0.75],
      [1, 0.75],
    ]);
  });
});

describe('counted scores', () => {
  const counted = (values: readonly number[]) => {
    const counts = new ScoreCounts();
    for (const value of values) counts.add(value);
    return counts;
  };

  test('give the same rates as the scores themselves', () => {
    for (const rate of [0.1, 0.2, 0.3, 0.4]) {
      const missed = missRateAt(counted(same), counted(different), rate);
      expect(missed).toBeCloseTo(1 - trueAcceptRate(scores, rate), 12);
    }
  });

  test('the trade-off goes from the lowest rate that the pairs can tell to 1', () => {
    const points = errorTradeOff(counted(same), counted(different), 1);
    expect(points).toEqual([
      [0.1, expect.closeTo(0.3, 12)],
      [1, 0],
    ]);
  });

  test('the histogram has the share of the pairs in each step', () => {
    expect(counted([0.11, 0.19, 0.2, 0.39, -0.5]).histogram(0, 0.4, 0.1)).toEqual([0, 0.4, 0.2, 0.2]);
  });
});
