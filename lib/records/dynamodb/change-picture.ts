import type { ImageProcessingResult } from '../../contract/shapes.ts';
import type { ProcessedResult } from '../port.ts';
import { scopesOf } from '../shared/scopes.ts';
import { again, type TableClient } from './client.ts';
import { keep } from './kept.ts';
import type { Key } from './keys.ts';
import { readResult } from './stored.ts';

/**
 * Changes a processed picture's answer. The new answer's parts are written first, and the old ones go with
 * the change itself. `redactions` counts the changes, for another may be made at this moment.
 * @param change returns the new answer, or `undefined` where nothing is to be changed
 */
export async function changePicture(
  table: TableClient,
  key: Key,
  change: (result: ImageProcessingResult) => ProcessedResult | undefined,
): Promise<void> {
  await table.settle(async () => {
    const item = await table.get(key);
    if (!item) return true;
    const result = await readResult(table, item);
    const wanted = change(result);
    if (!wanted) return true;
    const { bytes, parts } = await keep(table, wanted);
    const old: readonly Key[] = item.parts ?? [];
    // Without `matched`, the table's stream makes no second event of the picture.
    const { bytes: _, parts: __, matched, redactions, ...rest } = item;
    const others = { ...(matched && { picture: matched }), ...rest };
    // Its places are named after what is told no more.
    const scopes = item.scopes ?? scopesOf(result);
    const changed = { ...(bytes && { bytes }), ...(parts && { parts }), redactions: (redactions ?? 0) + 1 };
    const asRead =
      redactions === undefined
        ? { condition: 'attribute_exists(#pk) AND attribute_not_exists(#redactions)' }
        : { condition: '#redactions = :redactions', values: { redactions } };
    const { done } = await table.transact([
      { put: { ...others, scopes, ...changed }, ...asRead },
      ...old.map((remove) => ({ remove })),
    ]);
    if (done) return true;
    if (parts) await table.transact(parts.map((remove) => ({ remove })));
    return again;
  });
}
