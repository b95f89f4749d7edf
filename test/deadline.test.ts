import { once } from 'node:events';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Deadline, functionDeadline, noDeadline, requestDeadline } from '../lib/deadline.ts';

const lambda = (milliseconds: number) => ({ getRemainingTimeInMillis: () => milliseconds });

/** Makes an event that the gateway received this many milliseconds ago. */
function eventOfAge(milliseconds: number) {
  const requestTimeEpoch = Date.now() - milliseconds;
  return { requestContext: { requestTimeEpoch } as APIGatewayProxyEvent['requestContext'] };
}

describe('a deadline', () => {
  test('leaves what its clock has, to the millisecond', () => {
    const deadline = new Deadline(() => 5_000);
    expect([4_999, 5_000, 5_001].map((ms) => deadline.leaves(ms))).toEqual([true, true, false]);
  });

  test('has an earlier one before it, which follows its clock', () => {
    let remaining = 5_000;
    const earlier = new Deadline(() => remaining).before(2_000);
    expect(earlier.remainingMs()).toBe(3_000);
    remaining = 1_000;
    expect([earlier.remainingMs(), earlier.leaves(0)]).toEqual([-1_000, false]);
  });

  test.each([-5_000, 0, 0.5, 20])('aborts its signal when %d ms are over', async (milliseconds) => {
    const { signal } = new Deadline(() => milliseconds);
    if (!signal.aborted) {
      // The signal's own timer does not keep the process alive.
      const alive = setInterval(() => {}, 1_000);
      await once(signal, 'abort');
      clearInterval(alive);
    }
    expect(signal.aborted).toBe(true);
  });

  test('has one signal, and one that can wait for weeks', () => {
    const deadline = new Deadline(() => 2 ** 40);
    expect(deadline.signal).toBe(deadline.signal);
    expect(deadline.signal.aborted).toBe(false);
  });

  test('need not be: then there is always time', () => {
    expect(noDeadline.leaves(Number.MAX_SAFE_INTEGER)).toBe(true);
    expect(noDeadline.before(1_000).leaves(Number.MAX_SAFE_INTEGER)).toBe(true);
    expect(noDeadline.signal.aborted).toBe(false);
  });
});

describe('the deadline of a request', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  test.each([
    ['the gateway, which has waited for a cold start', 4_000, 28_500, 25_000],
    ["the function's own time", 500, 20_000, 20_000],
    ['the gateway, which waits no longer', 30_000, 28_000, -1_000],
  ])('is set by %s', (_who, ageMs, functionMs, leftMs) => {
    expect(requestDeadline(eventOfAge(ageMs), lambda(functionMs)).remainingMs()).toBe(leftMs);
  });

  test('comes nearer as time passes', () => {
    const deadline = requestDeadline(eventOfAge(0), lambda(29_000));
    vi.setSystemTime(Date.now() + 10_000);
    expect(deadline.remainingMs()).toBe(19_000);
  });

  test("is the function's own where the event tells no time", () => {
    const requestContext = {} as APIGatewayProxyEvent['requestContext'];
    expect(requestDeadline({ requestContext }, lambda(7_000)).remainingMs()).toBe(7_000);
  });

  test('is none outside Lambda, however old the event is', () => {
    expect(requestDeadline(eventOfAge(60_000), undefined)).toBe(noDeadline);
    expect(functionDeadline(undefined)).toBe(noDeadline);
  });
});
