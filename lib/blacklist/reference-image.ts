import type { ReferenceImage } from '../contract/shapes.ts';
import { ImageNotFoundError } from '../errors.ts';
import { isImageId } from '../images/key.ts';
import type { ImageRecord } from '../records/entry.ts';
import type { RecordStore } from '../records/port.ts';
import { activeEntry } from './blacklist-record.ts';

/**
 * Converts a reference image to the API's form.
 * @param apiPrefix the part before `/api/v1` in the paths of this API
 */
export function referenceImage(image: ImageRecord, apiPrefix: string): ReferenceImage {
  const { id, entryId, addedDate, face, file } = image;
  return {
    id,
    entry_id: entryId,
    file_name: file?.name ?? null,
    added_date: addedDate,
    size_bytes: file?.sizeBytes ?? null,
    width: file?.width ?? null,
    height: file?.height ?? null,
    // A face that was adopted without its picture has a box without size.
    face: face && face.box.w > 0 ? face.box : null,
    quality: face?.quality ?? null,
    url: `${apiPrefix}/api/v1/blacklist/${entryId}/images/${id}`,
  };
}

/**
 * Returns the entry's image of that id, if both are active.
 * @throws EntryNotFoundError, ImageNotFoundError
 */
export async function activeImage(
  records: RecordStore,
  entryId: number,
  imageId: string,
): Promise<ImageRecord> {
  await activeEntry({ records }, entryId);
  const image = isImageId(imageId) ? (await records.getImages([imageId])).get(imageId) : undefined;
  if (image?.status !== 'ACTIVE' || image.entryId !== entryId) throw new ImageNotFoundError();
  return image;
}
