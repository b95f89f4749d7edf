import pLimit from 'p-limit';
import type { EnrolledFace } from '../faces/face.ts';
import type { Stores } from '../ports.ts';
import { allOrFirstError } from '../promises.ts';
import type { ImageRecord } from '../records/entry.ts';
import { deletionsAtOnce } from './erase-copies.ts';

/** Removes one reference image from every store, in the same order. */
export async function removeImageEverywhere(stores: Stores, image: ImageRecord): Promise<void> {
  await removeImagesEverywhere(stores, [image]);
}

/**
 * Removes some reference images from every store. It hides all of them before it removes anything, and
 * removes all faces in one call.
 */
export async function removeImagesEverywhere(
  { records, faces, images }: Stores,
  removed: readonly ImageRecord[],
): Promise<void> {
  // They are marked one after the other, because each changes its entry's count.
  const oneByOne = pLimit(1);
  await allOrFirstError(removed.map(({ id }) => oneByOne(() => records.markImageDeleting(id))));
  await faces.remove(removed.map(faceOf));
  const limit = pLimit(deletionsAtOnce);
  await allOrFirstError(removed.map(({ key }) => limit(() => images.erase(key))));
  await allOrFirstError(removed.map(({ id }) => limit(() => records.removeImage(id))));
}

export function faceOf({ entryId, id: imageId, face }: ImageRecord): EnrolledFace {
  return { entryId, imageId, faceId: face?.id ?? null };
}
