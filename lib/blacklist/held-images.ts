import { SimultaneousWorkError } from '../errors.ts';
import type { Stores } from '../ports.ts';
import type { ImageRecord } from '../records/entry.ts';
import type { RecordStore } from '../records/port.ts';
import { stayingId } from './merged-entries.ts';
import { persistently } from './persistently.ts';

/**
 * Whoever adds an image holds it, and may take it back: a request that fails at its end, or a merge that is
 * refused. Whoever tells a client that the image is there keeps it first, so that it is not taken back.
 */

type Records = Pick<RecordStore, 'keepImage' | 'mergeClaim' | 'getErasure'>;

/**
 * Keeps an image that somebody relies on. Returns false if it is gone.
 * @throws BackendUnavailableError, ThrottledError
 */
export function keepImage({ records }: Stores, imageId: string): Promise<boolean> {
  return persistently(() => records.keepImage(imageId));
}

/**
 * Keeps images that a request relies on.
 * @throws BackendUnavailableError also when one was taken back meanwhile
 * @throws ThrottledError
 */
export async function keepImages(stores: Stores, imageIds: Iterable<string>): Promise<void> {
  for (const id of new Set(imageIds)) {
    if (await keepImage(stores, id)) continue;
    throw new SimultaneousWorkError('Another request took the same pictures back: try again.', 1);
  }
}

/** Returns the holder of the images that an entry gets by a merge. */
export function mergeHolder(fromId: number, token: string): string {
  return `merge ${fromId} ${token}`;
}

const mergeHolders = /^merge (?<fromId>\d+) (?<token>\S+)$/;

/**
 * Returns true for an image that a merge has only lent to its entry, and takes back where it is refused.
 * @throws BackendUnavailableError, ThrottledError
 */
export async function isLent(records: Records, { entryId, holder = '' }: ImageRecord): Promise<boolean> {
  const { fromId, token } = mergeHolders.exec(holder)?.groups ?? {};
  if (token === undefined) return false;
  const claim = await persistently(() => records.mergeClaim(Number(fromId)));
  if (claim?.token !== token) return false;
  // A merge that is done keeps its images before it forgets its claim.
  return (await stayingId(records, Number(fromId))) !== entryId;
}

/**
 * Returns true if one of the images is lent.
 * @throws BackendUnavailableError, ThrottledError
 */
export async function isAnyLent(records: Records, images: readonly ImageRecord[]): Promise<boolean> {
  for (const image of images) if (await isLent(records, image)) return true;
  return false;
}
