import { BackendUnavailableError, RequestInvalidError } from '../../errors.ts';
import type { EntryRecord, ImageRecord } from '../entry.ts';
import type { ErasureOptions } from '../erasure.ts';

/** An entry got a picture while it was merged into another one, which does not have it. */
export class PictureCameError extends BackendUnavailableError {
  constructor(entryId: number) {
    super(`A picture was added to entry ${entryId} while it was merged. Nothing is lost: send it again.`, 1);
  }
}

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

/**
 * Refuses to merge an entry that has another image by now.
 * @throws PictureCameError
 */
export function requireKnownImages(
  images: readonly ImageRecord[],
  entryId: number,
  { ifImages }: Pick<ErasureOptions, 'ifImages'>,
): void {
  const isOther = ({ id, status }: ImageRecord) => status === 'ACTIVE' && !ifImages?.has(id);
  if (ifImages && images.some(isOther)) throw new PictureCameError(entryId);
}

/** Makes the error of a merge that is not possible. */
export function mergeRefused(msg: string): RequestInvalidError {
  return new RequestInvalidError([{ loc: ['query', 'merged_into'], msg, type: 'value_error' }]);
}
