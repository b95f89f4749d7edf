import pLimit from 'p-limit';
import type { EnrolledFace } from '../faces/port.ts';
import { entryFolder } from '../images/key.ts';
import type { Stores } from '../ports.ts';
import { allOrFirstError } from '../promises.ts';
import type { ImageRecord } from '../records/port.ts';

/** A store that is far away is asked for so many deletions at a time. */
const deletionsAtOnce = 10;

/**
 * Takes an entry out of every store: hidden first, then faces, pictures, and at last record and name. Doing
 * it again from any point ends the same.
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

/** Takes one reference image out of every store, in the same order. */
export async function removeImageEverywhere(stores: Stores, image: ImageRecord): Promise<void> {
  await removeImagesEverywhere(stores, [image]);
}

/**
 * Takes some reference images out of every store: all are hidden before anything goes, and their faces go at
 * once.
 */
export async function removeImagesEverywhere(
  { records, faces, images }: Stores,
  removed: readonly ImageRecord[],
): Promise<void> {
  // One by one, for each changes its entry's count of them.
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
