import { expect, test } from 'vitest';
import { RecentResults } from '../../../../local/emulators/rekognition/recent-results.ts';

test('a result is computed once, also for calls at once, until newer ones take its place', async () => {
  const results = new RecentResults<string>(2);
  const computed: string[] = [];
  const get = (key: string) =>
    results.get(key, async () => {
      computed.push(key);
      return `result of ${key}`;
    });
  expect(await Promise.all([get('a'), get('a')])).toEqual(['result of a', 'result of a']);
  await get('b');
  await get('a');
  await get('c');
  await get('a');
  await get('b');
  expect(computed).toEqual(['a', 'b', 'c', 'b']);
});

test('a failure is not remembered', async () => {
  const results = new RecentResults<string>(2);
  await expect(results.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await results.get('a', async () => 'yes')).toBe('yes');
});
