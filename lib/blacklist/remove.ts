import { entryFolder } from '../images/key.ts';
import type { Ports } from '../ports.ts';
import type { ImageRecord } from '../records/port.ts';

type Stores = Pick<Ports, 'faces' | 'images' | 'records'>;

/**
 * Takes an entry out of every store: hidden first, then faces, pictures, and at last record and name. Doing it again from any point
 * ends the same.
 */
export async function removeEntryEverywhere(
  { records, faces, images }: Stores,
  entryId: number,
): Promise<void> {
  await records.markEntryDeleting(entryId);
  await faces.remove((await records.listImages(entryId)).map(({ id }) => ({ entryId, imageId: id })));
  for await (const { key } of images.list(`${entryFolder(entryId)}/`)) await images.delete(key);
  await records.removeEntry(entryId);
}

/** Takes one reference image out of every store, in the same order. */
export async function removeImageEverywhere(
  { records, faces, images }: Stores,
  image: ImageRecord,
): Promise<void> {
  await records.markImageDeleting(image.id);
  await faces.remove([{ entryId: image.entryId, imageId: image.id }]);
  await images.delete(image.key);
  await records.removeImage(image.id);
}
