import { describe, expect, test } from 'vitest';
import { meanPrint, printDistance } from '../../lib/faces/print.ts';
import { printAt } from './prints.ts';

describe('prints', () => {
  test('are as far apart as the cosine of their angle says', () => {
    expect(printDistance(printAt(0), printAt(60))).toBeCloseTo(0.5, 6);
    expect(printDistance(printAt(10), printAt(10))).toBeCloseTo(0, 6);
  });

  test('of different networks are not compared', () => {
    expect(printDistance(printAt(0, 'One'), printAt(0, 'Other'))).toBe(2);
  });

  test('have a mean in the middle of their directions, of their mean length', () => {
    const long = { vectors: { Test: Float32Array.of(0, 3, 0) } };
    const mean = meanPrint([printAt(0), long]);
    expect(printDistance(mean, printAt(45))).toBeCloseTo(0, 6);
    expect(Math.hypot(...(mean.vectors.Test ?? []))).toBeCloseTo(2, 6);
  });

  test('count in a mean as their weights say', () => {
    const mean = meanPrint([printAt(0), printAt(90)], [3, 1]);
    expect(printDistance(mean, printAt((Math.atan2(1, 3) * 180) / Math.PI))).toBeCloseTo(0, 6);
  });

  test('have no mean where there is none', () => {
    expect(() => meanPrint([])).toThrow(RangeError);
  });
});
