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
  readonly records: Pick<RecordStore, 'getProcessed' | 'listProcessed' | 'removeProcessed'>;
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
 * Removes the pictures that the filter means, the oldest first, some at a time, until the time is up.
 * @throws BackendUnavailableError, ThrottledError; what was removed until then is gone.
 */
export async function removeMatching(
  ports: RemovalPorts,
  filter: ProcessedFilter,
  options: RemovalOptions = {},
): Promise<Removal> {
  const matched = await countOf(ports, filter);
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

/** Removes pictures first, and then their records: as long as there is the one, the other is found. */
async function removePictures(
  { records, images }: Pick<RemovalPorts, 'images'> & { records: Pick<RecordStore, 'removeProcessed'> },
  results: readonly ImageProcessingResult[],
): Promise<void> {
  const limit = pLimit(filesAtOnce);
  await allOrFirstError(results.flatMap(copiesOf).map((key) => limit(() => images.delete(key))));
  await records.removeProcessed(results.flatMap(({ db_id }) => db_id ?? []));
}
