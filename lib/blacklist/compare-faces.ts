import { batches } from '../batches.ts';
import type { EnrolledFace } from '../faces/port.ts';
import type { Stores } from '../ports.ts';
import type { ImageRecord } from '../records/port.ts';

/** Number of records in one lookup. */
const batchSize = 100;

export interface FaceComparison {
  /** The images whose face, as their records call it, is enrolled for every model in use. */
  readonly current: ReadonlySet<string>;
  /** The faces that no record knows, and those that the record of their image calls by another name. */
  readonly strays: readonly EnrolledFace[];
}

/** Compares the gallery with the records; ends early, with a part of it, when it is told to stop. */
export async function compareFaces({ faces, records }: Stores, stop?: AbortSignal): Promise<FaceComparison> {
  const current = new Set<string>();
  const strays: EnrolledFace[] = [];
  for await (const batch of batches(faces.listFaces(), batchSize)) {
    if (stop?.aborted) break;
    // A face's record is older than the face: one that is being enrolled now has its record in any case.
    const recorded = await records.getImages(batch.map(({ imageId }) => imageId));
    for (const face of batch) {
      const image = recorded.get(face.imageId);
      if (!image || isCalledOtherwise(image, face)) strays.push(face);
      else if (face.isCurrent && image.status === 'ACTIVE') current.add(image.id);
    }
  }
  return { current, strays };
}

/**
 * Removes the strays among the faces that still are some; returns how many. A face that its image calls
 * otherwise stays until the image has another that counts: it may be about to become that.
 */
export async function removeStrays(
  { faces, records }: Stores,
  { current, strays }: FaceComparison,
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
