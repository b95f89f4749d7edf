import { type MergeableFields, mergedFields } from '../../../lib/contract/merged-fields.ts';
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

/** Side of the picture by which two entries are compared, in pixels. */
const comparedSize = 640;

/** Compares the first picture of an entry with all of another's. Nothing is kept of that. */
export async function compareEntries(into: BlacklistRecord, from: BlacklistRecord) {
  const [first] = await listImages(from.id);
  if (first === undefined) return undefined;
  const picture = await readImage(from.id, first.id, comparedSize);
  return verifyEntry(into.id, await toBase64(picture));
}

/** Returns the fields of an entry that a merge looks at. */
export function fieldsOf({ suspended, review_at, ...fields }: BlacklistRecord): MergeableFields {
  return { ...fields, suspended: suspended ?? false, review_at: review_at ?? null };
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
  // A service of before merges no fields by itself.
  const change = mergedFields(fieldsOf(into), fieldsOf(from));
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
