import type { ImageProcessingResult } from '../../contract/shapes.ts';
import type { ProcessedResult } from '../processed.ts';
import { scopesOf } from '../shared/scopes.ts';
import type { Action } from './action.ts';
import { again, type TableClient } from './client.ts';
import { keep } from './kept.ts';
import type { Item, Key } from './keys.ts';
import { readResult } from './stored.ts';

/**
 * Changes a processed picture's answer. The new answer's parts are written first, and the old ones go with
 * the change itself. `redactions` counts the changes, for another may be made at this moment.
 * @param change returns the new answer, or `undefined` where nothing is to be changed
 * @param beside makes the actions that belong to the same transaction
 * @param forgetsFaces true if the faces that are kept of the picture go with the change
 */
export async function changePicture(
  table: TableClient,
  key: Key,
  change: (result: ImageProcessingResult) => ProcessedResult | undefined,
  beside: (
    result: ImageProcessingResult,
    item: Item,
    changed: ProcessedResult,
  ) => Promise<Action[]> = async () => [],
  forgetsFaces = false,
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
    const { bytes: _, parts: __, matched, redactions, keptFaces, ...rest } = item;
    const others = {
      ...(matched && { picture: matched }),
      ...rest,
      ...(keptFaces && !forgetsFaces && { keptFaces }),
    };
    // Its places are named after what is told no more.
    const scopes = item.scopes ?? scopesOf(result);
    const changed = { ...(bytes && { bytes }), ...(parts && { parts }), redactions: (redactions ?? 0) + 1 };
    const { done } = await table.transact([
      { put: { ...others, scopes, ...changed }, ...asRead(item) },
      ...old.map((remove) => ({ remove })),
      ...(await beside(result, item, wanted)),
    ]);
    if (done) return true;
    if (parts) await table.transact(parts.map((remove) => ({ remove })));
    return again;
  });
}

/** Condition that a picture was neither removed nor redacted since it was read. */
export function asRead({ redactions }: Item) {
  return redactions === undefined
    ? { condition: 'attribute_exists(#pk) AND attribute_not_exists(#redactions)' }
    : { condition: '#redactions = :redactions', values: { redactions } };
}
