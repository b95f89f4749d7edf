import pLimit from 'p-limit';
import type { ProcessedFilter, TimeDisorder } from '../port.ts';
import { type Range, sizeOf } from '../shared/clock.ts';
import type { TableClient } from './client.ts';
import { padded, processedPartition, runsPartition, scopePartition } from './items.ts';
import type { Item } from './keys.ts';

/** Number of items that are read in one call: each call narrows a range to an eighth. */
const probesAtOnce = 7;
const runsAtOnce = 4;

/** Returns the last rank in a scope; 0 if there is none. */
export async function lastRank(table: TableClient, scope: string): Promise<number> {
  const newest = await endOf(table, scopePartition(scope), true);
  return newest ? rankOf(newest) : 0;
}

/**
 * Finds the ranks of a scope's pictures between two times: one range for each run of times. Expired
 * pictures are left out.
 */
export async function ranksWithin(
  table: TableClient,
  scope: string,
  filter: Pick<ProcessedFilter, 'since' | 'until'>,
): Promise<Range[]> {
  const partition = scopePartition(scope);
  const oldestOf = (partition: string) => endOf(table, partition, false);
  const oldestOfScope = oldestOf(partition);
  const [oldest, newest, oldestKept, runs] = await Promise.all([
    oldestOfScope,
    endOf(table, partition, true),
    partition === processedPartition ? oldestOfScope : oldestOf(processedPartition),
    filter.since || filter.until ? runsOf(table) : [everything],
  ]);
  if (!oldest || !newest || !oldestKept) return [];
  const keptSince = rankOf(oldestKept);
  const [since, until] = [filter.since?.getTime() ?? 0, filter.until?.getTime() ?? Number.POSITIVE_INFINITY];
  const search = (run: Range, time: number) =>
    firstPassing(table, partition, [oldest, newest], (item) => {
      const number = numberOf(item);
      return number > run.last || (number >= Math.max(run.first, keptSince) && timeOf(item) >= time);
    });
  const limit = pLimit(runsAtOnce);
  const ranges = runs
    .filter(({ last }) => last >= keptSince)
    .map((run) =>
      limit(async () => {
        const [first, afterLast] = await Promise.all([search(run, since), search(run, until)]);
        return { first, last: afterLast - 1 };
      }),
    );
  return (await Promise.all(ranges)).filter((range) => sizeOf(range) > 0);
}

/** Finds the last time that the clock was put back between two pictures. */
export async function lastDisorder(table: TableClient): Promise<TimeDisorder | undefined> {
  const item = await endOf(table, runsPartition, true);
  if (!item) return undefined;
  const first = Number(item.sk);
  const stamp = (id: number, at: unknown) => ({ id, timestamp: new Date(Number(at)).toISOString() });
  return { before: stamp(first - 1, item.before), after: stamp(first, item.at) };
}

/** Finds the rank that a picture has in a scope; `undefined` if it has none. */
export async function rankIn(table: TableClient, scope: string, number: number): Promise<number | undefined> {
  const partition = scopePartition(scope);
  const [oldest, newest] = await Promise.all([endOf(table, partition, false), endOf(table, partition, true)]);
  if (!oldest || !newest) return undefined;
  const rank = await firstPassing(table, partition, [oldest, newest], (item) => numberOf(item) >= number);
  const place = await table.get({ pk: partition, sk: padded(rank) });
  return place && numberOf(place) === number ? rank : undefined;
}

const everything: Range = { first: 1, last: Number.POSITIVE_INFINITY };

/** Reads the runs of times, as ranges of numbers. */
async function runsOf(table: TableClient): Promise<Range[]> {
  const starts = [1];
  for await (const items of table.query(runsPartition, {})) starts.push(...items.map(({ sk }) => Number(sk)));
  return starts.map((first, index) => ({
    first,
    last: (starts[index + 1] ?? Number.POSITIVE_INFINITY) - 1,
  }));
}

const rankOf = ({ sk }: Item) => Number(sk);
/** Returns an item's number; a picture's own item has it as its rank. */
const numberOf = (item: Item) => Number(item.number ?? item.sk);
/** Returns an item's time. An earlier version did not store it; such pictures are the oldest. */
const timeOf = ({ at }: Item) => Number(at ?? 0);

/** Reads a partition's last item, or its first. */
async function endOf(table: TableClient, partition: string, newestFirst: boolean): Promise<Item | undefined> {
  for await (const [item] of table.query(partition, { newestFirst, atOnce: 1 })) return item;
  return undefined;
}

/**
 * Finds the first rank whose item passes; all items after it must pass too. If none passes, it returns the
 * rank after the newest.
 */
async function firstPassing(
  table: TableClient,
  partition: string,
  [oldest, newest]: readonly [Item, Item],
  passes: (item: Item) => boolean,
): Promise<number> {
  if (passes(oldest)) return rankOf(oldest);
  if (!passes(newest)) return rankOf(newest) + 1;
  let [failing, passing] = [rankOf(oldest), rankOf(newest)];
  while (passing - failing > 1) {
    const ranks = between(failing, passing);
    const items = await table.getAll(ranks.map((rank) => ({ pk: partition, sk: padded(rank) })));
    const passed = items.filter(passes).map(rankOf);
    passing = Math.min(passing, ...passed);
    failing = Math.max(failing, ...ranks.filter((rank) => rank < passing));
  }
  return passing;
}

/** Chooses some evenly spaced ranks between two. */
function between(low: number, high: number): number[] {
  const count = Math.min(probesAtOnce, high - low - 1);
  return Array.from(
    { length: count },
    (_, index) => low + Math.ceil(((index + 1) * (high - low)) / (count + 1)),
  );
}
