import type { BlacklistRecord } from '../../../lib/contract/shapes.ts';
import {
  addImage,
  deleteMerged,
  imagePath,
  listImages,
  patchEntry,
  readImage,
  verifyEntry,
} from './api/endpoints.ts';
import { forgetPictures } from './api/pictures.ts';
import { toBase64 } from './api/prepare.ts';
import { mergedFields } from './model/merge.ts';

/** Side of the picture by which two entries are compared, in pixels. */
const comparedSize = 640;

/** Compares the first picture of an entry with all of another's. Nothing is kept of that. */
export async function compareEntries(into: BlacklistRecord, from: BlacklistRecord) {
  const [first] = await listImages(from.id);
  if (first === undefined) return undefined;
  const picture = await readImage(from.id, first.id, comparedSize);
  return verifyEntry(into.id, await toBase64(picture));
}

/**
 * Makes two entries of one person one. The other is deleted only once the remaining entry has all its
 * pictures. It can be called again after a failure: a picture that was sent before is not added twice.
 *
 * @param onMoved called after each picture, with the number of those that were moved and of all to move
 * @throws what `call` throws
 */
export async function mergeEntries(
  into: BlacklistRecord,
  from: BlacklistRecord,
  onMoved: (moved: number, all: number) => void,
): Promise<void> {
  const change = mergedFields(into, from);
  if (Object.keys(change).length > 0) await patchEntry(into.id, change);
  const moved = await listImages(from.id);
  for (const [index, { id, file_name }] of moved.entries()) {
    onMoved(index, moved.length);
    const picture = await readImage(from.id, id);
    await addImage(into.id, new File([picture], file_name ?? id, { type: picture.type }));
  }
  onMoved(moved.length, moved.length);
  await deleteMerged(from.id, into.id, from.version);
  forgetPictures(imagePath(from.id, ''));
}
