import { noteDetail } from '../audit/scope.ts';
import { type DeletedProcessed, maxFound } from '../contract/endpoints/delete-many-processed.ts';
import type { Deadline } from '../deadline.ts';
import { RequestInvalidError } from '../errors.ts';
import type { RecordStore } from '../records/port.ts';
import type { ProcessedFilter, ProcessedIds } from '../records/processed.ts';
import { type FilterQuery, filterOf } from './list-processed.ts';
import { type RemovalPorts, removeAmong, removeMatching } from './remove-processed.ts';

interface DeleteQuery extends FilterQuery {
  /** Ids of pictures, with commas between; no others are deleted. */
  readonly ids?: string | undefined;
  readonly dry_run?: boolean | undefined;
}

interface DeletePorts extends RemovalPorts {
  readonly records: RemovalPorts['records'] & Pick<RecordStore, 'mergedEntries' | 'listProcessedIds'>;
}

/**
 * Deletes the processed pictures that the filters mean, or only counts them.
 * @throws RequestInvalidError when there is no filter: nobody deletes everything by leaving something out.
 */
export async function deleteManyProcessed(
  ports: DeletePorts,
  { dry_run = false, ...query }: DeleteQuery,
  deadline?: Deadline,
): Promise<DeletedProcessed> {
  if (Object.values(query).every((value) => value === undefined)) throw withoutFilter();
  const { ids: named, ...filters } = query;
  const ids = named?.split(',').map(Number);
  const filter = await filterOf(ports.records, filters);
  if (dry_run) {
    const found = await foundBy(ports, filter, ids);
    noteDetail(`dry run: ${found.total} found`);
    return { dry_run, matched: found.total, deleted: 0, remaining: found.total, ids: [...found.ids] };
  }
  const options = deadline ? { deadline } : {};
  const { matched, removed } = ids
    ? await removeAmong(ports, ids, filter, options)
    : await removeMatching(ports, filter, options);
  if (removed === 0) noteDetail(`${matched} found, 0 deleted`);
  return { dry_run, matched, deleted: removed, remaining: matched - removed };
}

async function foundBy(
  { records }: DeletePorts,
  filter: ProcessedFilter,
  named: readonly number[] | undefined,
): Promise<ProcessedIds> {
  if (!named) return records.listProcessedIds({ ...filter, limit: maxFound, offset: 0 });
  const ids = [...(await records.getProcessedAmong(named, filter)).keys()];
  return { total: ids.length, ids: ids.toSorted((one, other) => other - one) };
}

function withoutFilter(): RequestInvalidError {
  const msg =
    'At least one filter is needed, such as until or has_match: without one, everything would be deleted';
  return new RequestInvalidError([{ loc: ['query'], msg, type: 'missing' }]);
}
