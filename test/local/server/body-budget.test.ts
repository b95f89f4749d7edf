import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BodyTooSlowError } from '../../../lib/errors.ts';
import { BodyBudget } from '../../../local/server/body-budget.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const graceMs = 1000;
const minBytesPerSecond = 100;

describe('the budget of bodies', () => {
  test('bounds their number as well as their bytes', () => {
    const budget = new BodyBudget({ bytes: 100, requests: 2 });
    const first = budget.share();
    const second = budget.share();
    expect(() => budget.share()).toThrow('busy');
    first[Symbol.dispose]();
    const third = budget.share();
    second.take(60);
    expect(() => third.take(41)).toThrow('busy');
    third.take(40);
    second[Symbol.dispose]();
    third.take(60);
    expect(() => third.take(1)).toThrow('busy');
  });

  test('leaves a part of both to others than the caller who sends most', () => {
    const budget = new BodyBudget({ bytes: 100, requests: 4, callerShare: 0.75 });
    const shares = [1, 2, 3].map(() => budget.share('one'));
    expect(() => budget.share('one')).toThrow('busy');
    shares[0]?.take(75);
    expect(() => shares[1]?.take(1)).toThrow('busy');
    const other = budget.share('other');
    expect(() => other.take(25)).not.toThrow();
  });

  test('takes the place of the slowest body when another wants one, and of no quick, new or complete one', () => {
    const budget = new BodyBudget({ bytes: 1000, requests: 4, graceMs, minBytesPerSecond });
    const complete = budget.share();
    complete.complete();
    const slow = budget.share();
    const slowest = budget.share();
    const quick = budget.share();
    vi.advanceTimersByTime(graceMs);
    slow.take(50);
    slowest.take(10);
    quick.take(100);
    budget.share();
    expect(slowest.signal.reason).toBeInstanceOf(BodyTooSlowError);
    expect([complete, slow, quick].map(({ signal }) => signal.aborted)).toEqual([false, false, false]);
    budget.share();
    expect(slow.signal.aborted).toBe(true);
    expect(() => budget.share()).toThrow('busy');
  });

  test('does not count what came before the last seconds for speed', () => {
    const budget = new BodyBudget({ bytes: 1000, requests: 2, graceMs, minBytesPerSecond });
    const stalled = budget.share();
    const trickling = budget.share();
    stalled.take(400);
    trickling.take(400);
    for (let second = 0; second < 5; second += 1) {
      vi.advanceTimersByTime(graceMs / 2);
      trickling.take(1);
    }
    budget.share().take(300);
    expect(stalled.signal.aborted).toBe(true);
    expect(trickling.signal.aborted).toBe(false);
    budget.share();
    expect(trickling.signal.aborted).toBe(true);
  });

  test('gives the bytes of a body that stands still to one that moves', () => {
    const budget = new BodyBudget({ bytes: 100, requests: 9, graceMs, minBytesPerSecond });
    const stalled = budget.share('one');
    stalled.take(90);
    vi.advanceTimersByTime(graceMs);
    const next = budget.share('other');
    next.take(50);
    expect(stalled.signal.aborted).toBe(true);
  });
});
