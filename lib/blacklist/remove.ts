import pLimit from 'p-limit';
import type { EnrolledFace } from '../faces/port.ts';
import { entryFolder } from '../images/key.ts';
import type { Stores } from '../ports.ts';
import { allOrFirstError } from '../promises.ts';
import type { ImageRecord } from '../records/port.ts';

/** Limit on the deletions that are sent to a remote store at the same time. */
const deletionsAtOnce = 10;

/**
 * Removes an entry from every store: first it is hidden, then faces and pictures go, and last record and
 * name. A second call, from any point, gives the same result.
 */
export async function removeEntryEverywhere(
  { records, faces, images }: Stores,
  entryId: number,
): Promise<void> {
  await records.markEntryDeleting(entryId);
  await faces.remove((await records.listImages(entryId)).map(faceOf));
  const pictures = await Array.fromAsync(images.list(`${entryFolder(entryId)}/`));
  const limit = pLimit(deletionsAtOnce);
  await allOrFirstError(pictures.map(({ key }) => limit(() => images.delete(key))));
  await records.removeEntry(entryId);
}

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
  await allOrFirstError(removed.map(({ key }) => limit(() => images.delete(key))));
  await allOrFirstError(removed.map(({ id }) => limit(() => records.removeImage(id))));
}

function faceOf({ entryId, id: imageId, face }: ImageRecord): EnrolledFace {
  return { entryId, imageId, faceId: face?.id ?? null };
}
