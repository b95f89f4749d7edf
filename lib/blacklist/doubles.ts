import { BackendUnavailableError } from '../errors.ts';
import type { Stores } from '../ports.ts';
import type { ImageRecord } from '../records/entry.ts';
import { type FileOutcome, thereAlready } from './enroll-file.ts';
import { undo } from './enroll-picture.ts';
import { removeImagesEverywhere } from './remove-images.ts';
import { EntryPictures, type StoredForm } from './same-picture.ts';

/**
 * Leaves one image of each picture, if simultaneous requests added the same ones. The oldest one counts for
 * all of them.
 * @returns the outcomes; the request's own doubles have become pictures that the entry had
 * @throws BackendUnavailableError when another request took back pictures that this one has left to it
 */
export async function withoutDoubles(
  ports: Stores,
  entryId: number,
  outcomes: readonly FileOutcome[],
): Promise<FileOutcome[]> {
  const there = await EntryPictures.of(ports, entryId);
  const own = new Map(
    outcomes.flatMap(({ enrolled }) => (enrolled ? [[enrolled.image.id, enrolled.form]] : [])),
  );
  const kept = await removeDoubles(ports, there, own);
  return outcomes.map((outcome) => {
    const { imageId, enrolled } = outcome;
    const keptId = imageId && kept.get(imageId);
    if (keptId !== undefined && keptId !== imageId) return thereAlready(keptId);
    // One that was enrolled and is gone was deleted by somebody.
    if (imageId === undefined || enrolled || there.imageIds.has(imageId)) return outcome;
    throw new BackendUnavailableError('Another request took the same pictures back: try again.', 1);
  });
}

/**
 * Removes all but the oldest of same images.
 * @param there pictures of the entry, read after these images were enrolled
 * @param own images that were enrolled just now, by their ids
 * @returns for each of their ids that of the image that stays; none where all are gone
 */
export async function removeDoubles(
  ports: Stores,
  there: EntryPictures,
  own: ReadonlyMap<string, StoredForm>,
): Promise<ReadonlyMap<string, string>> {
  const kept = new Map<string, string>();
  const doubles: ImageRecord[] = [];
  for (const [id, form] of own) {
    const [first, ...others] = await there.stored(form, own);
    if (first) kept.set(id, first.id);
    doubles.push(...others);
  }
  if (doubles.length > 0) await undo(() => removeImagesEverywhere(ports, doubles));
  return kept;
}
