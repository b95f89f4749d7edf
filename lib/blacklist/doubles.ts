import type { Stores } from '../ports.ts';
import type { ImageRecord } from '../records/entry.ts';
import { type FileOutcome, thereAlready } from './enroll-file.ts';
import { undo } from './enroll-picture.ts';
import { keepImages } from './held-images.ts';
import { takeBackImages } from './remove-images.ts';
import { EntryPictures, type StoredForm } from './same-picture.ts';

/**
 * Leaves one image of each picture, if simultaneous requests added the same ones. The oldest one counts for
 * all of them, and nobody takes it back any more.
 * @returns the outcomes, in which the request's own doubles have become pictures that the entry had; and the
 *   entry's images
 * @throws BackendUnavailableError when another request took back pictures that this one has left to it
 */
export async function withoutDoubles(
  ports: Stores,
  entryId: number,
  outcomes: readonly FileOutcome[],
): Promise<{ readonly outcomes: readonly FileOutcome[]; readonly images: readonly ImageRecord[] }> {
  const there = await EntryPictures.of(ports, entryId);
  const own = new Map(
    outcomes.flatMap(({ enrolled }) => (enrolled ? [[enrolled.image.id, enrolled.form]] : [])),
  );
  const { kept, doubles } = await findDoubles(there, own);
  const settled = outcomes.map((outcome) => {
    const keptId = outcome.imageId && kept.get(outcome.imageId);
    return keptId === undefined || keptId === outcome.imageId ? outcome : thereAlready(keptId);
  });
  const relied = settled.flatMap(({ imageId }) =>
    imageId === undefined || own.has(imageId) ? [] : [imageId],
  );
  await keepImages(ports, relied);
  if (doubles.length > 0) await undo(() => takeBackImages(ports, doubles));
  return { outcomes: settled, images: there.images.filter((image) => !doubles.includes(image)) };
}

/**
 * Finds all but the oldest of same images.
 * @param there pictures of the entry, read after these images were enrolled
 * @param own images that were enrolled just now, by their ids
 * @returns for each of their ids that of the image that stays, none where all are gone; and the doubles
 */
export async function findDoubles(
  there: EntryPictures,
  own: ReadonlyMap<string, StoredForm>,
): Promise<{ readonly kept: ReadonlyMap<string, string>; readonly doubles: readonly ImageRecord[] }> {
  const kept = new Map<string, string>();
  const doubles: ImageRecord[] = [];
  for (const [id, form] of own) {
    const [first, ...others] = await there.stored(form, own);
    if (first) kept.set(id, first.id);
    doubles.push(...others);
  }
  return { kept, doubles };
}
