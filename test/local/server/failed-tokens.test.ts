import { beforeEach, expect, test } from 'vitest';
import type { ThrottledError } from '../../../lib/errors.ts';
import { FailedTokens } from '../../../local/server/failed-tokens.ts';

let now = 0;
let failed: FailedTokens;
beforeEach(() => {
  now = 0;
  failed = new FailedTokens(() => now);
});

/** Seconds to wait; 0 where the token is judged. */
function waitOf(address: string, token?: string): number {
  try {
    failed.check(address, token);
    return 0;
  } catch (error) {
    return (error as ThrottledError).retryAfterSeconds;
  }
}
function fail(address: string, times: number): void {
  for (let index = 0; index < times; index++) waitOf(address);
}

test('some wrong tokens are mistakes; then each makes the address wait longer, and never longer than 15 minutes', () => {
  fail('a', 5);
  const waits = Array.from({ length: 12 }, () => {
    const wait = waitOf('a');
    now += wait * 1000;
    fail('a', 1);
    return wait;
  });
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
});

test('while it waits, a right token is refused too, and counts afterwards', () => {
  fail('a', 5);
  expect(waitOf('a', 'desk-1')).toBe(1);
  now += 1000;
  expect(waitOf('a', 'desk-1')).toBe(0);
});

test('who was accepted from the address before, and other addresses, are not locked out', () => {
  expect(waitOf('a', 'desk-1')).toBe(0);
  fail('a', 50);
  expect(waitOf('a')).toBeGreaterThan(0);
  expect(waitOf('a', 'desk-1')).toBe(0);
  expect(waitOf('a', 'desk-2')).toBeGreaterThan(0);
  expect(waitOf('b')).toBe(0);
});

test('a quiet address begins anew', () => {
  fail('a', 5);
  now += 31 * 60_000;
  expect(waitOf('a')).toBe(0);
  expect(waitOf('a')).toBe(0);
});

test('any number of addresses takes bounded memory', () => {
  for (let index = 0; index < 20_000; index++) fail(`address ${index}`, 1);
  expect(failed.size).toBe(10_000);
});
