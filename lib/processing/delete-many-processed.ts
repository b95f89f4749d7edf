import { noteDetail } from '../audit/scope.ts';
import type { DeletedProcessed } from '../contract/endpoints/delete-many-processed.ts';
import type { Deadline } from '../deadline.ts';
import { RequestInvalidError } from '../errors.ts';
import { type FilterQuery, filterOf } from './list-processed.ts';
import { type RemovalPorts, removeMatching } from './remove-processed.ts';

/**
 * Deletes the processed pictures that the filters mean, or only counts them.
 * @throws RequestInvalidError when there is no filter: nobody deletes everything by leaving something out.
 */
export async function deleteManyProcessed(
  ports: RemovalPorts,
  { dry_run = false, ...query }: FilterQuery & { readonly dry_run?: boolean | undefined },
  deadline?: Deadline,
): Promise<DeletedProcessed> {
  if (Object.values(query).every((value) => value === undefined)) throw withoutFilter();
  const filter = filterOf(query);
  if (dry_run) {
    const { total } = await ports.records.listProcessed({ ...filter, limit: 1, offset: 0 });
    noteDetail(`dry run: ${total} found`);
    return { dry_run, matched: total, deleted: 0, remaining: total };
  }
  const ids: number[] = [];
  noteDetail('0 found');
  const { matched, removed } = await removeMatching(ports, filter, {
    ...(deadline && { deadline }),
    // Before they go: a request that fails in the middle tells of them too.
    beforeEach(some, found) {
      ids.push(...some);
      noteDetail(`${ids.length} of ${found} deleted: ${rangesOf(ids)}`);
    },
  });
  return { dry_run, matched, deleted: removed, remaining: matched - removed };
}

/** Limit on the characters of ids in one line of the audit trail. */
const maxRangesLength = 4_000;

/** Writes whole numbers as ranges, such as `1-20, 25`; the end of very many is cut off. */
export function rangesOf(numbers: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const number of numbers.toSorted((one, other) => one - other)) {
    const last = ranges.at(-1);
    if (last && number <= last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const text = ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
  if (text.length <= maxRangesLength) return text;
  return `${text.slice(0, text.lastIndexOf(',', maxRangesLength))}, … ${ranges.at(-1)?.[1]}`;
}

function withoutFilter(): RequestInvalidError {
  const msg =
    'At least one filter is needed, such as until or has_match: without one, everything would be deleted';
  return new RequestInvalidError([{ loc: ['query'], msg, type: 'missing' }]);
}
