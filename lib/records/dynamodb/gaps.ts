import type { NodeBytes, NodePlace, Reading } from '../shared/gaps.ts';
import { readLater } from '../shared/gaps.ts';
import type { TableClient } from './client.ts';
import { gapNodeKey } from './items.ts';

/**
 * Answers what the counts of a scope's removed ranks tell. Each node is read once.
 * @param root read already; without it, nothing was removed.
 */
export function gapsOf(table: TableClient, scope: string, root: NodeBytes) {
  const read = new Map<string, Promise<NodeBytes>>();
  const nodeAt = async (place: NodePlace): Promise<NodeBytes> => {
    if (place.level === 'root') return root;
    const key = gapNodeKey(scope, place);
    const bytes = read.get(key.sk) ?? table.get(key).then((item) => item?.bytes);
    read.set(key.sk, bytes);
    return bytes;
  };
  return <Result>(reading: Reading<Result>): Promise<Result> => readLater(reading, nodeAt);
}
