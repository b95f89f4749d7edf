import type { ErasureRecord } from '../records/erasure.ts';
import type { RecordStore } from '../records/port.ts';
import { retryTransient } from './retry-transient.ts';

/** Lists the ids of all entries that were merged into an entry, also by way of others. */
export async function allMerged(
  records: Pick<RecordStore, 'mergedEntries'>,
  entryId: number,
): Promise<number[]> {
  const found = await retryTransient(() => records.mergedEntries(entryId));
  const before = await Promise.all(found.map((id) => allMerged(records, id)));
  return [...found, ...before.flat()];
}

/** Lists the ids under which a person was ever listed: the entry's own, and all that were merged with it. */
export async function personIds(
  records: Pick<RecordStore, 'getErasure' | 'mergedEntries'>,
  entryId: number,
): Promise<number[]> {
  const staying = await stayingId(records, entryId);
  return [staying, ...(await allMerged(records, staying))];
}

/** Returns the id that stays of a person whose entry was merged into another; of others, their own. */
export async function stayingId(records: Pick<RecordStore, 'getErasure'>, entryId: number): Promise<number> {
  return (await stayingEntry(records, entryId)).id;
}

/** Returns the same id, or `undefined` once that entry was deleted. */
export async function presentId(
  records: Pick<RecordStore, 'getErasure'>,
  entryId: number,
): Promise<number | undefined> {
  const { id, isDeleted } = await stayingEntry(records, entryId);
  return isDeleted ? undefined : id;
}

async function stayingEntry(
  records: Pick<RecordStore, 'getErasure'>,
  id: number,
): Promise<{ readonly id: number; readonly isDeleted: boolean }> {
  const erasure = await retryTransient(() => records.getErasure(id));
  if (erasure?.mergedInto !== undefined) return stayingEntry(records, erasure.mergedInto);
  return { id, isDeleted: erasure !== undefined };
}

/** Finds the erasure that decides on the history of a merged entry; undefined while there is none. */
export async function decidingErasure(
  records: Pick<RecordStore, 'getErasure'>,
  erasure: ErasureRecord,
): Promise<ErasureRecord | undefined> {
  if (erasure.mergedInto === undefined) return erasure;
  const next = await records.getErasure(erasure.mergedInto);
  return next && decidingErasure(records, next);
}
