import { ImageNotFoundError } from '../errors.ts';
import type { Stores } from '../ports.ts';
import type { ImageRecord } from '../records/entry.ts';
import { MergeOvertakenError } from '../records/shared/mergeable.ts';
import { isLent } from './held-images.ts';
import { activeImage } from './reference-image.ts';
import { removeImageEverywhere } from './remove-images.ts';

/**
 * Deletes a reference image with its picture and face, and returns it as it was. The sweep finishes a
 * deletion that is interrupted.
 * @throws EntryNotFoundError
 * @throws ImageNotFoundError also when another request is deleting it
 * @throws LastImageError when the entry has no other
 * @throws MergeOvertakenError when a merge may take back all others
 */
export async function deleteImage(ports: Stores, entryId: number, imageId: string): Promise<ImageRecord> {
  await activeImage(ports.records, entryId, imageId);
  if (await areOthersLent(ports, entryId, imageId)) throw new MergeOvertakenError();
  const image = await ports.records.withdrawImage(imageId);
  if (!image) throw new ImageNotFoundError();
  await removeImageEverywhere(ports, image);
  return image;
}

async function areOthersLent({ records }: Stores, entryId: number, imageId: string): Promise<boolean> {
  const images = await records.listImages(entryId);
  const others = images.filter(({ id, status }) => id !== imageId && status === 'ACTIVE');
  for (const image of others) if (!(await isLent(records, image))) return false;
  return others.length > 0;
}
