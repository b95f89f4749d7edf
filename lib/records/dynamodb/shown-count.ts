import type { Action } from './action.ts';
import type { TableClient } from './client.ts';
import { shownCountKey, shownCountsKey } from './items.ts';
import type { Item, Key } from './keys.ts';

/*
 * The number of shown entries, so that a page need not read all of them. Each change of it is counted, in
 * shards, since each item takes one writer at a time. The number before the first counted change comes from
 * a count of all entries: the sweep's, which also mends what an earlier version left uncounted.
 */

/** Limit on writers that count at the same moment without meeting. */
const shardCount = 8;

const shardKeys = Array.from({ length: shardCount }, (_, shard) => shownCountKey(shard));

/** Makes the action that counts an entry as shown from now on, or as hidden. */
export function countingShown(entryId: number, by: 1 | -1): Action {
  return {
    update: shownCountKey(entryId % shardCount),
    change: 'ADD #changes :one, #count :by',
    values: { one: 1, by },
  };
}

/** Reads the number of shown entries; returns `undefined` if nobody has counted all of them yet. */
export async function shownCount(table: TableClient): Promise<number | undefined> {
  const items = await table.getAll([shownCountsKey, ...shardKeys]);
  const base = items.find(({ sk }) => sk === shownCountsKey.sk)?.base;
  return base === undefined ? undefined : Number(base) + changesOf(items);
}

/**
 * Counts all shown entries. The number is kept if nobody has shown or hidden one meanwhile; otherwise the
 * next sweep counts again.
 * @param countAll reads all entries
 */
export async function recountShown(table: TableClient, countAll: () => Promise<number>): Promise<void> {
  const before = await table.getAll(shardKeys);
  const base = (await countAll()) - changesOf(before);
  const checks = shardKeys.map((key): Action => ({ check: key, ...unchanged(before, key) }));
  await table.transact([{ put: { ...shownCountsKey, base } }, ...checks]);
}

/** Makes the condition that nothing has been counted in a shard since it was read. */
function unchanged(items: readonly Item[], { sk }: Key) {
  const shard = items.find((item) => item.sk === sk);
  if (!shard) return { condition: 'attribute_not_exists(#pk)' };
  return { condition: '#changes = :changes', values: { changes: shard.changes } };
}

function changesOf(items: readonly Item[]): number {
  return items.reduce((sum, { count = 0 }) => sum + Number(count), 0);
}
