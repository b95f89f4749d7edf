import { ImageNotFoundError } from '../errors.ts';
import type { Stores } from '../ports.ts';
import type { ImageRecord } from '../records/entry.ts';
import { activeImage } from './reference-image.ts';
import { removeImageEverywhere } from './remove-images.ts';

/**
 * Deletes a reference image with its picture and face, and returns it as it was. The sweep finishes a
 * deletion that is interrupted.
 * @throws EntryNotFoundError
 * @throws ImageNotFoundError also when another request is deleting it
 * @throws LastImageError when the entry has no other
 */
export async function deleteImage(ports: Stores, entryId: number, imageId: string): Promise<ImageRecord> {
  await activeImage(ports.records, entryId, imageId);
  const image = await ports.records.withdrawImage(imageId);
  if (!image) throw new ImageNotFoundError();
  await removeImageEverywhere(ports, image);
  return image;
}
