import { expect, test } from 'vitest';
import { RateLimit } from '../../../lib/faces/rekognition/rate-limit.ts';

test('as many calls as a second may have begin at once, the others as soon as a second has room', () => {
  const limit = new RateLimit(3);
  const waits = Array.from({ length: 8 }, () => limit.book(0));
  expect(waits).toEqual([0, 0, 0, 1000, 1000, 1000, 2000, 2000]);
  expect(limit.waitMs(500)).toBe(1500);
  expect(limit.waitMs(2500)).toBe(0);
});

test('no second ever has more calls, whenever they are asked for', () => {
  const limit = new RateLimit(5);
  const moments: number[] = [];
  for (let now = 0; now < 20_000; now += 37 * (1 + (now % 7))) moments.push(now + limit.book(now));
  expect(moments.length).toBeGreaterThan(90);
  expect(moments).toEqual(moments.toSorted((one, other) => one - other));
  for (const [index, moment] of moments.entries()) {
    const fifthNext = moments[index + 5] ?? Number.POSITIVE_INFINITY;
    expect(fifthNext - moment).toBeGreaterThanOrEqual(1000);
  }
});
