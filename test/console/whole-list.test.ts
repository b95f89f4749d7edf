import { describe, expect, test } from 'vitest';
import { wholeList } from '../../local/console/src/model/whole-list.ts';

/** Makes numbers below a limit that look random, and are the same for the same seed. */
function randomBelow(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

interface Case {
  readonly seed: number;
  readonly pageSize: number;
  readonly changes: number;
}

/** Reads a list of which rows leave, and into which rows come, anywhere and between any two reads. */
async function readWhileItChanges({ seed, pageSize, changes }: Case) {
  const below = randomBelow(seed);
  const isIn = new Map(Array.from({ length: 60 }, (_, index) => [1 + index, below(3) > 0]));
  const present = () => [...isIn].flatMap(([number, isThere]) => (isThere ? [number] : []));
  const always = new Set(present());
  const ever = new Set(present());
  const change = () => {
    for (let count = 0; count < changes; count += 1) {
      // A new row now and then, and one that leaves or comes back.
      const number = below(5) === 0 ? isIn.size + 1 : 1 + below(isIn.size);
      isIn.set(number, !isIn.get(number));
      if (isIn.get(number)) ever.add(number);
      else always.delete(number);
    }
  };
  const newestFirst = (before: number) =>
    present()
      .filter((number) => number < before)
      .sort((one, other) => other - one);
  const read = async (before = Number.POSITIVE_INFINITY) => {
    const total = newestFirst(before).length;
    const page = newestFirst(before).slice(0, pageSize);
    // DynamoDB counts, finds and reads one after the other.
    if (seed % 2 === 0) change();
    const items = page.filter((number) => isIn.get(number));
    change();
    return { items, total };
  };
  const all = await wholeList(read, (number) => number);
  return { all, always, ever };
}

describe('a list that is read page behind page', () => {
  test.each([
    { pageSize: 1, changes: 1 },
    { pageSize: 7, changes: 2 },
    { pageSize: 10, changes: 5 },
    { pageSize: 20, changes: 12 },
    { pageSize: 100, changes: 3 },
  ])('has each row once that stays, $pageSize at once with $changes changes between', async (of) => {
    let [changed, stayed] = [0, 0];
    for (let seed = 1; seed <= 400; seed += 1) {
      const { all, always, ever } = await readWhileItChanges({ seed, ...of });
      expect(all, `seed ${seed}`).toEqual([...new Set(all)].sort((one, other) => other - one));
      expect([...always.difference(new Set(all))], `seed ${seed}`).toEqual([]);
      expect([...new Set(all).difference(ever)], `seed ${seed}`).toEqual([]);
      changed += ever.size - always.size;
      stayed += always.size;
    }
    expect(Math.min(changed, stayed)).toBeGreaterThan(400);
  });

  test('that is empty is asked for once', async () => {
    const asked: (number | undefined)[] = [];
    const read = async (before: number | undefined) => {
      asked.push(before);
      return { items: [], total: 0 };
    };
    expect(await wholeList(read, Number)).toEqual([]);
    expect(asked).toEqual([undefined]);
  });
});
