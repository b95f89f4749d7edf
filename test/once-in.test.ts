import { expect, test } from 'vitest';
import { onceIn } from '../lib/once-in.ts';

test('those who ask while the work goes on share it, and what came of it counts until its time is up', async () => {
  const begun: PromiseWithResolvers<number>[] = [];
  const ask = onceIn(30, () => {
    const work = Promise.withResolvers<number>();
    begun.push(work);
    return work.promise;
  });
  const first = [ask(), ask()];
  // The work has taken longer than its result counts, and still nobody starts it again.
  await new Promise((resolve) => setTimeout(resolve, 40));
  const late = ask();
  begun[0]?.resolve(1);
  expect(await Promise.all([...first, late])).toEqual([1, 1, 1]);

  const second = ask();
  begun[1]?.reject(new Error('Broken.'));
  await expect(second).rejects.toThrow('Broken.');
  await expect(ask()).rejects.toThrow('Broken.');
  expect(begun).toHaveLength(2);
});
