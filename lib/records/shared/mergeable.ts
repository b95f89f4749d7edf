import { RequestInvalidError } from '../../errors.ts';
import type { EntryRecord } from '../entry.ts';

/**
 * Refuses to merge an entry into one that is not shown, which would take what it gets with it.
 * @throws RequestInvalidError
 */
export function requireMergeable<Entry extends Pick<EntryRecord, 'status'>>(
  into: Entry | undefined,
  id: number,
): asserts into is Entry {
  if (into?.status !== 'ACTIVE') throw mergeRefused(`There is no entry ${id}.`);
}

/** Makes the error of a merge that is not possible. */
export function mergeRefused(msg: string): RequestInvalidError {
  return new RequestInvalidError([{ loc: ['query', 'merged_into'], msg, type: 'value_error' }]);
}
