import type { MergeLikeness } from '../contract/endpoints/merge-entry.ts';
import { isUnusablePicture } from '../errors.ts';
import type { FaceOptions, Reference } from '../faces/comparing.ts';
import type { EnrollingPorts } from '../ports.ts';
import { listImages } from './list-images.ts';
import { openStored } from './open-stored.ts';

/**
 * Compares the first picture of an entry with all of another's; `null` where that is not possible. Nothing
 * is kept of it.
 * @throws EntryNotFoundError, BackendUnavailableError, ThrottledError
 */
export async function likenessOf(
  ports: EnrollingPorts,
  intoId: number,
  fromId: number,
  options: Pick<FaceOptions, 'deadline' | 'reviewBand'>,
): Promise<MergeLikeness | null> {
  const [first] = await listImages(ports.records, fromId);
  if (!first) return null;
  const references = (await listImages(ports.records, intoId))
    .map((image): Reference => ({ imageId: image.id, withPicture: openStored(ports, image.key) }))
    .reverse();
  try {
    const compared = await ports.faces.compareWith(openStored(ports, first.key), references, options);
    const [nearest] = compared.references;
    if (!nearest) return null;
    const { threshold, nearThreshold: near_threshold } = compared;
    return { distance: nearest.distance, similarity: nearest.similarity, threshold, near_threshold };
  } catch (error) {
    if (isUnusablePicture(error)) return null;
    throw error;
  }
}

/** Tells in a sentence that two entries may not be of one person; `undefined` where they look alike. */
export function likenessWarning(likeness: MergeLikeness | null): string | undefined {
  if (!likeness) return 'The pictures could not be compared.';
  const { distance, similarity, threshold, near_threshold } = likeness;
  if (distance <= threshold) return undefined;
  const alike = `similarity ${similarity.toFixed(1)}`;
  return distance <= near_threshold
    ? `The pictures look alike, but not enough for a match: ${alike}.`
    : `The pictures do not look alike: ${alike}.`;
}
