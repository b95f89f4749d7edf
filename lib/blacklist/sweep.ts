import { isUnusablePicture } from '../errors.ts';
import { imageIdOfKey, pictureIdOfKey } from '../images/key.ts';
import { decodePicture } from '../inputs/decode.ts';
import type { Ports } from '../ports.ts';
import type { ImageRecord } from '../records/port.ts';
import { removeEntryEverywhere, removeImageEverywhere } from './remove.ts';

type Stores = Pick<Ports, 'faces' | 'images' | 'records'>;

/** What is younger than this may still be under way in another process. */
export const sweepAgeMs = 5 * 60_000;

/** What a sweep did; all counts. */
export interface SweepReport {
  /** Entries and images that never became complete. */
  readonly undone: number;
  /** Deletions that had broken off. */
  readonly deletionsFinished: number;
  /** Pictures and faces without a record, and half-written files. */
  readonly orphansRemoved: number;
  /** Reference images whose face was enrolled again, from the stored original. */
  readonly reEnrolled: number;
  /** Reference images whose original or face is lost: add the picture again. */
  readonly damaged: number;
}

/**
 * Undoes what was begun before `olderThan` and never completed, and finishes deletions that broke off. Its cost grows with what it
 * finds, not with the stores.
 */
export async function finishBrokenOff(
  ports: Stores,
  olderThan: Date,
): Promise<Pick<SweepReport, 'undone' | 'deletionsFinished'>> {
  const { records } = ports;
  const isOld = ({ addedDate }: { addedDate: string }) => new Date(addedDate) < olderThan;
  const entries = (await records.listEntries('PENDING')).filter(isOld);
  const deletedEntries = await records.listEntries('DELETING');
  for (const { id } of [...entries, ...deletedEntries]) await removeEntryEverywhere(ports, id);
  const images = (await records.listImagesByStatus('PENDING')).filter(isOld);
  const deletedImages = await records.listImagesByStatus('DELETING');
  for (const image of [...images, ...deletedImages]) await removeImageEverywhere(ports, image);
  return {
    undone: entries.length + images.length,
    deletionsFinished: deletedEntries.length + deletedImages.length,
  };
}

/**
 * Compares the three stores and brings them together again; leaves alone what is younger than `olderThan`. Done again, it goes on where
 * it was stopped.
 */
export async function sweep(ports: Stores, olderThan: Date, stop?: AbortSignal): Promise<SweepReport> {
  const finished = await finishBrokenOff(ports, olderThan);
  const orphansRemoved =
    (await ports.images.removeUnfinished(olderThan)) +
    (await removeOrphanPictures(ports, olderThan, stop)) +
    (await removeOrphanFaces(ports, stop));
  return { ...finished, orphansRemoved, ...(await reEnroll(ports, stop)) };
}

async function removeOrphanPictures(
  { images, records }: Stores,
  olderThan: Date,
  stop: AbortSignal | undefined,
): Promise<number> {
  let removed = 0;
  for (const prefix of ['blacklist/', 'processed/', 'cropped/'] as const) {
    for await (const { key, modified } of images.list(prefix)) {
      if (stop?.aborted) return removed;
      if (modified >= olderThan) continue;
      const imageId = imageIdOfKey(key);
      const pictureId = pictureIdOfKey(key);
      const isKnown =
        (imageId !== undefined && (await records.getImage(imageId)) !== undefined) ||
        (pictureId !== undefined && (await records.hasProcessed(pictureId)));
      // A name that is none of ours is somebody's own file.
      if (isKnown || (imageId === undefined && pictureId === undefined)) continue;
      await images.delete(key);
      removed++;
    }
  }
  return removed;
}

async function removeOrphanFaces({ faces, records }: Stores, stop: AbortSignal | undefined): Promise<number> {
  let removed = 0;
  for await (const owner of faces.listOwners()) {
    if (stop?.aborted) return removed;
    if (await records.getImage(owner.imageId)) continue;
    await faces.remove([owner]);
    removed++;
  }
  return removed;
}

/** After a change of model or backend, and where a face was lost: enrolls again from the stored originals. */
async function reEnroll(
  ports: Stores,
  stop: AbortSignal | undefined,
): Promise<Pick<SweepReport, 'reEnrolled' | 'damaged'>> {
  let reEnrolled = 0;
  let damaged = 0;
  for (const image of await ports.records.listImagesByStatus('ACTIVE')) {
    if (stop?.aborted) break;
    if (await ports.faces.isCurrent({ entryId: image.entryId, imageId: image.id })) continue;
    if (await enrollAgain(ports, image)) reEnrolled++;
    else damaged++;
  }
  return { reEnrolled, damaged };
}

async function enrollAgain({ faces, images, records }: Stores, image: ImageRecord): Promise<boolean> {
  const owner = { entryId: image.entryId, imageId: image.id };
  const original = await images.get(image.key);
  if (!original) return false;
  try {
    await faces.enroll(await decodePicture(original), owner);
  } catch (error) {
    if (isUnusablePicture(error)) return false;
    throw error;
  }
  // Its deletion may have begun meanwhile, when there was no face yet to delete.
  if (!(await records.findActive([image.id])).has(image.id)) await faces.remove([owner]);
  return true;
}
