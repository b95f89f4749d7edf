import { noteDetail } from '../audit/scope.ts';
import type { DeletedProcessed } from '../contract/endpoints/delete-many-processed.ts';
import type { Deadline } from '../deadline.ts';
import { RequestInvalidError } from '../errors.ts';
import type { RecordStore } from '../records/port.ts';
import { type FilterQuery, filterOf } from './list-processed.ts';
import { type RemovalPorts, removeMatching } from './remove-processed.ts';

/**
 * Deletes the processed pictures that the filters mean, or only counts them.
 * @throws RequestInvalidError when there is no filter: nobody deletes everything by leaving something out.
 */
export async function deleteManyProcessed(
  ports: RemovalPorts & { readonly records: Pick<RecordStore, 'mergedEntries'> },
  { dry_run = false, ...query }: FilterQuery & { readonly dry_run?: boolean | undefined },
  deadline?: Deadline,
): Promise<DeletedProcessed> {
  if (Object.values(query).every((value) => value === undefined)) throw withoutFilter();
  const filter = await filterOf(ports.records, query);
  if (dry_run) {
    const { total } = await ports.records.listProcessed({ ...filter, limit: 1, offset: 0 });
    noteDetail(`dry run: ${total} found`);
    return { dry_run, matched: total, deleted: 0, remaining: total };
  }
  const { matched, removed } = await removeMatching(ports, filter, deadline ? { deadline } : {});
  if (removed === 0) noteDetail(`${matched} found, 0 deleted`);
  return { dry_run, matched, deleted: removed, remaining: matched - removed };
}

function withoutFilter(): RequestInvalidError {
  const msg =
    'At least one filter is needed, such as until or has_match: without one, everything would be deleted';
  return new RequestInvalidError([{ loc: ['query'], msg, type: 'missing' }]);
}
