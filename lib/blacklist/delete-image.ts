import { ImageNotFoundError, LastImageError } from '../errors.ts';
import type { Stores } from '../ports.ts';
import type { ImageRecord } from '../records/entry.ts';
import { MergeOvertakenError } from '../records/shared/mergeable.ts';
import { keepImage } from './held-images.ts';
import { isStillLent } from './merge-claim.ts';
import { activeImage } from './reference-image.ts';
import { removeImageEverywhere } from './remove-images.ts';

/** Attempts at a deletion while others delete the entry's other images. */
const attempts = 10;

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
  const image = await withdraw(ports, entryId, imageId);
  if (!image) throw new ImageNotFoundError();
  await removeImageEverywhere(ports, image);
  return image;
}

async function withdraw(ports: Stores, entryId: number, imageId: string): Promise<ImageRecord | undefined> {
  for (let attempt = 1; ; attempt++) {
    const staysId = await anotherImage(ports, entryId, imageId);
    try {
      return await ports.records.withdrawImage(imageId, staysId);
    } catch (error) {
      // The other one may have gone meanwhile.
      if (!(error instanceof LastImageError) || attempt === attempts) throw error;
    }
  }
}

/** Finds another image of the entry, which nobody takes back. */
async function anotherImage(ports: Stores, entryId: number, imageId: string): Promise<string> {
  let isAnyLent = false;
  for (const image of await ports.records.listImages(entryId)) {
    if (image.id === imageId || image.status !== 'ACTIVE') continue;
    if (await isStillLent(ports, image)) isAnyLent = true;
    else if (image.holder === undefined || (await keepImage(ports, image.id))) return image.id;
  }
  throw isAnyLent ? new MergeOvertakenError() : new LastImageError();
}
