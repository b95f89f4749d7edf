import pLimit from 'p-limit';
import type { ImageProcessingResult } from '../contract/shapes.ts';
import { copiesOf } from '../images/copies.ts';
import type { ImageStore } from '../images/port.ts';
import { allOrFirstError } from '../promises.ts';
import { retryTransient } from './retry-transient.ts';

/** Limit on the deletions that are sent to a remote store at the same time. */
export const deletionsAtOnce = 10;

/** Erases the copies of processed pictures. */
export async function eraseCopies(
  images: Pick<ImageStore, 'erase'>,
  results: readonly ImageProcessingResult[],
): Promise<void> {
  const limit = pLimit(deletionsAtOnce);
  await allOrFirstError(
    results.flatMap(copiesOf).map((key) => limit(() => retryTransient(() => images.erase(key)))),
  );
}
