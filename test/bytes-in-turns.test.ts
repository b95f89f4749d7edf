import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { copyInTurns, joinInTurns } from '../lib/bytes-in-turns.ts';

const mebibyte = 1024 * 1024;

/** Counts how often other work has its turn while `work` runs. */
async function turnsWhile(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const take = () => {
    turns += 1;
    if (!isDone) setImmediate(take);
  };
  setImmediate(take);
  await work();
  isDone = true;
  return turns;
}

test.each([
  ['no parts', []],
  ['parts of no bytes', [0, 0]],
  ['small ones', [1, 2, 3]],
  ['one of just a piece', [mebibyte]],
  ['one larger than a piece between others', [10, 3 * mebibyte + 1, 10]],
])('joined bytes are those of all parts, in their order: %s', async (_, sizes) => {
  const parts = sizes.map((size) => randomBytes(size));
  expect((await joinInTurns(parts)).equals(Buffer.concat(parts))).toBe(true);
});

test('bytes are copied behind a start, and leave what is around', async () => {
  const target = new Uint8Array(6).fill(9);
  await copyInTurns(Uint8Array.of(1, 2, 3), target, 2);
  expect([...target]).toEqual([9, 9, 1, 2, 3, 9]);
});

test('other work has its turns, also beside many small parts that are joined one after the other', async () => {
  const large = Buffer.alloc(8 * mebibyte);
  expect(await turnsWhile(() => joinInTurns([large]))).toBeGreaterThanOrEqual(8);
  const turns = { bytes: 0 };
  const small = async () => {
    for (let count = 0; count < 32; count++) await joinInTurns([large.subarray(0, mebibyte / 4)], turns);
  };
  expect(await turnsWhile(small)).toBeGreaterThanOrEqual(8);
});
