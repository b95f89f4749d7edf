import { setImmediate as othersTurn } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { ImageProcessingResult } from '../contract/shapes.ts';
import { type Deadline, noDeadline } from '../deadline.ts';
import { ProcessedNotFoundError } from '../errors.ts';
import { copiesOf } from '../images/copies.ts';
import type { ImageStore } from '../images/port.ts';
import { allOrFirstError } from '../promises.ts';
import type { RecordStore } from '../records/port.ts';
import type { ProcessedFilter } from '../records/processed.ts';

export interface RemovalPorts {
  readonly records: Pick<
    RecordStore,
    'getProcessed' | 'getProcessedAmong' | 'listProcessed' | 'removeProcessed'
  >;
  readonly images: Pick<ImageStore, 'delete'>;
}

/** Records of one transaction: it must not keep a request waiting. */
const recordsAtOnce = 20;
/** Requests have files to read and write at the same time. */
const filesAtOnce = 4;
/** Time that is left for the answer, in ms. */
const answerMs = 3_000;

/**
 * Removes a processed picture with its copies; returns it as it was.
 * @throws ProcessedNotFoundError
 */
export async function deleteProcessed(ports: RemovalPorts, id: number): Promise<ImageProcessingResult> {
  const result = await ports.records.getProcessed(id);
  if (!result) throw new ProcessedNotFoundError();
  await removePictures(ports, [result]);
  return result;
}

export interface Removal {
  /** Pictures that the filter meant. */
  readonly matched: number;
  readonly removed: number;
}

interface RemovalOptions {
  readonly deadline?: Deadline;
  readonly stop?: AbortSignal | undefined;
}

/**
 * Removes those of the pictures that the filter means, the oldest first, some at a time, until the time is
 * up. Each is looked at right before it goes, for people may have judged it meanwhile.
 * @param ids 100 at most
 * @throws BackendUnavailableError, ThrottledError; what was removed until then is gone.
 */
export async function removeAmong(
  ports: RemovalPorts,
  ids: readonly number[],
  filter: ProcessedFilter,
  { deadline = noDeadline }: RemovalOptions = {},
): Promise<Removal> {
  let removed = 0;
  let left = ids.toSorted((one, other) => one - other);
  while (left.length > 0 && deadline.leaves(answerMs)) {
    const meant = await ports.records.getProcessedAmong(left.slice(0, recordsAtOnce), filter);
    left = left.slice(recordsAtOnce);
    removed += await removePictures(ports, [...meant.values()]);
    await othersTurn();
  }
  const remaining = left.length > 0 ? (await ports.records.getProcessedAmong(left, filter)).size : 0;
  return { matched: removed + remaining, removed };
}

/**
 * Removes the pictures that the filter means, the oldest first, some at a time, until the time is up.
 * Pictures that come meanwhile stay.
 * @throws BackendUnavailableError, ThrottledError; what was removed until then is gone.
 */
export async function removeMatching(
  ports: RemovalPorts,
  wanted: ProcessedFilter,
  options: RemovalOptions = {},
): Promise<Removal> {
  const { total: matched, items } = await ports.records.listProcessed({ ...wanted, limit: 1, offset: 0 });
  const filter = { ...wanted, beforeId: 1 + (items[0]?.db_id ?? 0) };
  const { mergedIds = [], ...first } = filter;
  let removed = await removeSome(
    ports,
    first,
    mergedIds.length > 0 ? await countOf(ports, first) : matched,
    options,
  );
  // A page of several entries costs more than one of each.
  for (const entryId of mergedIds) {
    const some = { ...first, entryId };
    removed += await removeSome(ports, some, await countOf(ports, some), options);
  }
  return { matched, removed };
}

async function countOf({ records }: RemovalPorts, filter: ProcessedFilter): Promise<number> {
  return (await records.listProcessed({ ...filter, limit: 1, offset: 0 })).total;
}

async function removeSome(
  ports: RemovalPorts,
  filter: ProcessedFilter,
  matched: number,
  { deadline = noDeadline, stop }: RemovalOptions,
): Promise<number> {
  let removed = 0;
  while (removed < matched && !stop?.aborted && deadline.leaves(answerMs)) {
    const offset = Math.max(0, matched - removed - recordsAtOnce);
    const { items } = await ports.records.listProcessed({ ...filter, limit: recordsAtOnce, offset });
    if (items.length === 0) break;
    await removePictures(ports, items);
    removed += items.length;
    await othersTurn();
  }
  return removed;
}

/**
 * Removes pictures first, and then their records: as long as there is the one, the other is found. Returns
 * the number of records that there were.
 */
async function removePictures(
  { records, images }: Pick<RemovalPorts, 'images'> & { records: Pick<RecordStore, 'removeProcessed'> },
  results: readonly ImageProcessingResult[],
): Promise<number> {
  const limit = pLimit(filesAtOnce);
  await allOrFirstError(results.flatMap(copiesOf).map((key) => limit(() => images.delete(key))));
  return records.removeProcessed(results.flatMap(({ db_id }) => db_id ?? []));
}
