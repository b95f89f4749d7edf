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
export async function removeImagesEverywhere(stores: Stores, removed: readonly ImageRecord[]): Promise<void> {
  await oneByOne(removed, ({ id }) => stores.records.markImageDeleting(id));
  await removeHidden(stores, removed);
}

/** Removes images from every store, but none on which others rely than their holders, see `ImageRecord`. */
export async function takeBackImages(stores: Stores, images: readonly ImageRecord[]): Promise<void> {
  const isHidden = await oneByOne(
    images,
    async ({ id, holder }) => holder !== undefined && stores.records.markImageDeleting(id, holder),
  );
  const hidden = images.filter((_, place) => isHidden[place]);
  if (hidden.length > 0) await removeHidden(stores, hidden);
}

/** Marks images one after the other, because each changes its entry's count. */
function oneByOne<Result>(
  images: readonly ImageRecord[],
  mark: (image: ImageRecord) => Promise<Result>,
): Promise<Result[]> {
  const turns = pLimit(1);
  return allOrFirstError(images.map((image) => turns(() => mark(image))));
}

async function removeHidden(
  { records, faces, images }: Stores,
  removed: readonly ImageRecord[],
): Promise<void> {
  await faces.remove(removed.map(faceOf));
  const limit = pLimit(deletionsAtOnce);
  await allOrFirstError(removed.map(({ key }) => limit(() => images.erase(key))));
  await allOrFirstError(removed.map(({ id }) => limit(() => records.removeImage(id))));
}

export function faceOf({ entryId, id: imageId, face }: ImageRecord): EnrolledFace {
  return { entryId, imageId, faceId: face?.id ?? null };
}
