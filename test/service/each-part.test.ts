import { afterEach, expect, test, vi } from 'vitest';
import { log } from '../../lib/log.ts';
import { eachPart } from '../../lib/service/each-part.ts';

afterEach(() => vi.restoreAllMocks());

test('parts are done in turn, and one that fails is told by its name and keeps no other from being done', async () => {
  const told = vi.spyOn(log(), 'error').mockImplementation(() => undefined);
  const done: string[] = [];
  const error = new Error('The table is away.');
  const { results, errors } = await eachPart({
    first: async () => done.push('first'),
    second: () => Promise.reject(error),
    third: async () => done.push('third'),
  });
  expect(done).toEqual(['first', 'third']);
  expect(results).toEqual({ first: 1, third: 2 });
  expect(errors).toEqual([error]);
  expect(told.mock.calls).toEqual([
    [{ err: error, part: 'second' }, expect.stringContaining('A part of the sweep failed')],
  ]);
});
