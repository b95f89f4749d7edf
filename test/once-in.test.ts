import { expect, onTestFinished, test, vi } from 'vitest';
import { onceIn } from '../lib/once-in.ts';

test('those who ask while the work goes on share it, and what came of it counts until its time is up', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const begun: PromiseWithResolvers<number>[] = [];
  const ask = onceIn(30, () => {
    const work = Promise.withResolvers<number>();
    begun.push(work);
    return work.promise;
  });
  const first = [ask(), ask()];
  // The work has taken longer than its result counts, and still nobody starts it again.
  vi.advanceTimersByTime(40);
  const late = ask();
  begun[0]?.resolve(1);
  expect(await Promise.all([...first, late])).toEqual([1, 1, 1]);

  // Its time is up.
  const second = ask();
  begun[1]?.reject(new Error('Broken.'));
  await expect(second).rejects.toThrow('Broken.');
  await expect(ask()).rejects.toThrow('Broken.');
  expect(begun).toHaveLength(2);
  vi.advanceTimersByTime(29);
  await expect(ask()).rejects.toThrow('Broken.');
  vi.advanceTimersByTime(1);
  const third = ask();
  begun[2]?.resolve(3);
  expect(await third).toBe(3);
});
