import type { NodeBytes, NodePlace, Reading } from '../shared/gaps.ts';
import { readLater } from '../shared/gaps.ts';
import type { TableClient } from './client.ts';
import { gapNodeKey } from './items.ts';

/**
 * Answers what the counts of a scope's removed ranks tell.
 * @param root read already; without it, nothing was removed.
 */
export function gapsOf(table: TableClient, scope: string, root: NodeBytes) {
  const nodeAt = async (place: NodePlace): Promise<NodeBytes> =>
    place.level === 'root' ? root : (await table.get(gapNodeKey(scope, place)))?.bytes;
  return <Result>(reading: Reading<Result>): Promise<Result> => readLater(reading, nodeAt);
}
