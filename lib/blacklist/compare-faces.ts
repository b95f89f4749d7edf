import { batches } from '../batches.ts';
import type { EnrolledFace } from '../faces/port.ts';
import type { Stores } from '../ports.ts';
import type { ImageRecord } from '../records/entry.ts';
import { addUnknown, type Unknown } from './orphans.ts';

/** Number of records in one lookup. */
const batchSize = 100;

export interface FaceComparison {
  /** Ids of images whose recorded face is enrolled for every model in use. */
  readonly current: ReadonlySet<string>;
  /** Faces that no record knows, and those whose image's record names another face. */
  readonly strays: readonly EnrolledFace[];
  /** Strays that no record knows. */
  readonly unknown: Unknown;
}

/** Compares the gallery with the records. After `stop` it returns the part compared so far. */
export async function compareFaces({ faces, records }: Stores, stop?: AbortSignal): Promise<FaceComparison> {
  const current = new Set<string>();
  const strays: EnrolledFace[] = [];
  const unknown: Unknown = { count: 0, lastEntryId: 0 };
  for await (const batch of batches(faces.listFaces(), batchSize)) {
    if (stop?.aborted) break;
    // An image's record is made before its face, so a face that is being enrolled now has a record.
    const recorded = await records.getImages(batch.map(({ imageId }) => imageId));
    for (const face of batch) {
      const image = recorded.get(face.imageId);
      if (!image && face.isTakenOver) continue;
      if (!image) addUnknown(unknown, face.entryId);
      if (!image || isCalledOtherwise(image, face)) strays.push(face);
      else if (face.isCurrent && image.status === 'ACTIVE') current.add(image.id);
    }
  }
  return { current, strays, unknown };
}

/**
 * Removes those of the strays that still are strays, and returns their number. A face that its image's record
 * does not name stays until another face of the image is current: the record may be about to name it.
 */
export async function removeStrays(
  { faces, records }: Stores,
  { current, strays }: Pick<FaceComparison, 'current' | 'strays'>,
): Promise<number> {
  const recorded = await records.getImages(strays.map(({ imageId }) => imageId));
  const orphans = strays.filter((face) => {
    const image = recorded.get(face.imageId);
    return !image || (isCalledOtherwise(image, face) && current.has(image.id));
  });
  if (orphans.length > 0) await faces.remove(orphans);
  return orphans.length;
}

/**
 * Returns true if the record names another face. A record does not name its face before the image is active.
 */
function isCalledOtherwise({ status, face }: ImageRecord, { faceId }: EnrolledFace): boolean {
  return status === 'ACTIVE' && face !== null && face.id !== faceId;
}
