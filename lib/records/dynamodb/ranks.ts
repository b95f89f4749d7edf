import pLimit from 'p-limit';
import type { ProcessedFilter, TimeDisorder } from '../processed.ts';
import { type Range, sizeOf } from '../shared/clock.ts';
import { largestRemoved, type NodeBytes, readNow } from '../shared/gaps.ts';
import type { TableClient } from './client.ts';
import { isGapRoot, padded, processedPartition, runsPartition, scopePartition } from './items.ts';
import type { Item } from './keys.ts';

/** Number of items that are read in one call: each call narrows a range to an eighth. */
const probesAtOnce = 7;
const runsAtOnce = 4;

/** The rank that was given last in a scope, though its picture may be removed; 0 where there is none. */
export async function lastRank(table: TableClient, scope: string): Promise<number> {
  const { newest, root } = await newestOf(table, scopePartition(scope));
  const removed = root ? readNow(largestRemoved(), () => root.bytes) : 0;
  return Math.max(newest ? rankOf(newest) : 0, removed);
}

/** The time of a scope's newest picture, ISO 8601, UTC; `null` where there is none, or no time is known. */
export async function newestTime(table: TableClient, scope: string): Promise<string | null> {
  const { newest } = await newestOf(table, scopePartition(scope));
  return newest?.at === undefined ? null : new Date(timeOf(newest)).toISOString();
}

/** The rank that a picture has in a scope; `undefined` where it has none. */
export async function rankIn(table: TableClient, scope: string, number: number): Promise<number | undefined> {
  const partition = scopePartition(scope);
  const [oldest, { newest }] = await Promise.all([oldestOf(table, partition), newestOf(table, partition)]);
  if (!oldest || !newest) return undefined;
  const first = await firstPassing(table, partition, [oldest, newest], (item) => numberOf(item) >= number);
  const [place] = await atOrAbove(table, partition, [first], rankOf(newest));
  return place && numberOf(place) === number ? rankOf(place) : undefined;
}

/** Pictures that a filter means, as ranks of its scope. */
export interface RanksFound {
  /** A range for each run of times. */
  readonly ranges: readonly Range[];
  /** The root of the counts of removed ranks. */
  readonly root: NodeBytes;
}

/**
 * The ranks, in the scope that the filter asks for, of the pictures that it means. Those that have expired
 * are left out; those that were removed are for `gaps.ts` to count.
 */
export async function ranksWithin(
  table: TableClient,
  scope: string,
  filter: Pick<ProcessedFilter, 'since' | 'until' | 'beforeId'>,
): Promise<RanksFound> {
  const partition = scopePartition(scope);
  const oldestOfScope = oldestOf(table, partition);
  const [oldest, { newest, root }, oldestKept, runs] = await Promise.all([
    oldestOfScope,
    newestOf(table, partition),
    partition === processedPartition ? oldestOfScope : oldestOf(table, processedPartition),
    filter.since || filter.until ? runsOf(table) : [everything],
  ]);
  if (!oldest || !newest || !oldestKept) return { ranges: [], root: undefined };
  const keptSince = rankOf(oldestKept);
  const { beforeId = Number.POSITIVE_INFINITY } = filter;
  const [since, until] = [filter.since?.getTime() ?? 0, filter.until?.getTime() ?? Number.POSITIVE_INFINITY];
  const search = (run: Range, time: number) =>
    firstPassing(table, partition, [oldest, newest], (item) => {
      const number = numberOf(item);
      return number > run.last || (number >= Math.max(run.first, keptSince) && timeOf(item) >= time);
    });
  const limit = pLimit(runsAtOnce);
  const ranges = runs
    .map(({ first, last }) => ({ first, last: Math.min(last, beforeId - 1) }))
    .filter(({ first, last }) => last >= Math.max(first, keptSince))
    .map((run) =>
      limit(async () => {
        const [first, afterLast] = await Promise.all([search(run, since), search(run, until)]);
        return { first, last: afterLast - 1 };
      }),
    );
  return {
    ranges: (await Promise.all(ranges)).filter((range) => sizeOf(range) > 0),
    root: root?.bytes,
  };
}

/** Finds the last time that the clock was put back between two pictures. */
export async function lastDisorder(table: TableClient): Promise<TimeDisorder | undefined> {
  const { newest: item } = await newestOf(table, runsPartition);
  if (!item) return undefined;
  const first = Number(item.sk);
  const stamp = (id: number, at: unknown) => ({ id, timestamp: new Date(Number(at)).toISOString() });
  return { before: stamp(first - 1, item.before), after: stamp(first, item.at) };
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
export const numberOf = (item: Item) => Number(item.number ?? item.sk);
/** Returns an item's time. An earlier version did not store it; such pictures are the oldest. */
export const timeOf = ({ at }: Item) => Number(at ?? 0);

async function oldestOf(table: TableClient, partition: string): Promise<Item | undefined> {
  for await (const [item] of table.query(partition, { atOnce: 1 })) {
    return item && isGapRoot(item) ? undefined : item;
  }
  return undefined;
}

/** A partition's last item, and the root behind it. */
async function newestOf(table: TableClient, partition: string): Promise<{ newest?: Item; root?: Item }> {
  for await (const items of table.query(partition, { newestFirst: true, atOnce: 2 })) {
    const newest = items.find((item) => !isGapRoot(item));
    const root = items.find(isGapRoot);
    return { ...(newest && { newest }), ...(root && { root }) };
  }
  return {};
}

/**
 * The first rank whose item passes, where all behind one that passes do so too; the one after the newest
 * when none does.
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
    const found = await atOrAbove(table, partition, ranks, passing);
    // A rank that was removed counts as the next one that is there.
    const passed = ranks.filter((_, index) => passes(found[index] as Item));
    const failed = found.filter((item) => !passes(item)).map(rankOf);
    passing = Math.min(passing, ...passed);
    failing = Math.max(failing, ...failed);
  }
  return passing;
}

/** For each of the ranks, its item, or the next one of those that are there; there is one at `last`. */
async function atOrAbove(
  table: TableClient,
  partition: string,
  ranks: readonly number[],
  last: number,
): Promise<Item[]> {
  const items = await table.getAll(ranks.map((rank) => ({ pk: partition, sk: padded(rank) })));
  const byRank = new Map(items.map((item) => [rankOf(item), item]));
  return Promise.all(
    ranks.map(async (rank) => {
      const known = byRank.get(rank);
      if (known) return known;
      // It went just now: whatever is at the end stands for it.
      const gone = { pk: partition, sk: padded(last), number: Number.MAX_SAFE_INTEGER };
      if (rank > last) return gone;
      const between = [padded(rank), padded(last)] as const;
      for await (const [item] of table.query(partition, { between, atOnce: 1 })) if (item) return item;
      return gone;
    }),
  );
}

/** Some ranks between the two, evenly apart. */
function between(low: number, high: number): number[] {
  const count = Math.min(probesAtOnce, high - low - 1);
  return Array.from(
    { length: count },
    (_, index) => low + Math.ceil(((index + 1) * (high - low)) / (count + 1)),
  );
}
