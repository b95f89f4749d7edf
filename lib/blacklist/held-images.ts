import { SimultaneousWorkError } from '../errors.ts';
import type { Stores } from '../ports.ts';
import type { ImageRecord } from '../records/entry.ts';
import { retryTransient } from './retry-transient.ts';

/**
 * Whoever adds an image holds it, and may take it back: a request that fails at its end, or a merge that is
 * refused. Whoever tells a client that the image is there keeps it first, so that it is not taken back.
 */

/**
 * Keeps an image that somebody relies on. Returns false if it is gone.
 * @throws BackendUnavailableError, ThrottledError
 */
export function keepImage({ records }: Stores, imageId: string): Promise<boolean> {
  return retryTransient(() => records.keepImage(imageId));
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

/** Returns the merge that lent an image to its entry; `undefined` for other images. */
export function lenderOf({
  holder = '',
}: ImageRecord): { readonly fromId: number; readonly token: string } | undefined {
  const { fromId, token } = mergeHolders.exec(holder)?.groups ?? {};
  return token === undefined ? undefined : { fromId: Number(fromId), token };
}
