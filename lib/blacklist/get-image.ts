import { type PictureSize, wantedSide } from '../contract/picture-size.ts';
import { EntryNotFoundError, ImageNotFoundError } from '../errors.ts';
import { keptSmaller } from '../images/kept-smaller.ts';
import { contentTypeOf } from '../images/key.ts';
import type { DeliveredPicture } from '../images/port.ts';
import type { DeliveryPorts } from '../ports.ts';
import type { ImageRecord } from '../records/entry.ts';
import type { RecordStore } from '../records/port.ts';
import { activeEntry } from './blacklist-record.ts';
import { activeImage } from './reference-image.ts';

/** Word that stands for the first of an entry's images. */
const cover = 'cover';

/**
 * Returns a reference image's original, as it was sent, or a smaller picture of it.
 * @param imageId its id, or `cover`
 * @throws EntryNotFoundError
 * @throws ImageNotFoundError also when the original is lost
 */
export async function getImage(
  ports: DeliveryPorts,
  entryId: number,
  imageId: string,
  query: PictureSize = {},
): Promise<DeliveredPicture> {
  const { records, delivery } = ports;
  const { id, key, face } = await (imageId === cover
    ? firstImage(records, entryId)
    : activeImage(records, entryId, imageId));
  const size = wantedSide(query);
  if (size !== undefined) {
    const options = { size, box: query.crop === 'face' ? (face?.box ?? null) : null };
    const isShown = () => isActive(records, entryId, id);
    const bytes = await keptSmaller(ports, key, options, isShown);
    if (!bytes) throw new ImageNotFoundError();
    return { bytes, contentType: 'image/jpeg', mayBeKept: imageId !== cover };
  }
  const picture = await delivery.deliver(key);
  if (!picture) throw new ImageNotFoundError();
  return { ...picture, contentType: contentTypeOf(key) };
}

async function isActive(records: RecordStore, entryId: number, imageId: string): Promise<boolean> {
  try {
    await activeImage(records, entryId, imageId);
    return true;
  } catch (error) {
    if (error instanceof EntryNotFoundError || error instanceof ImageNotFoundError) return false;
    throw error;
  }
}

async function firstImage(records: RecordStore, entryId: number): Promise<ImageRecord> {
  await activeEntry({ records }, entryId);
  const first = (await records.listImages(entryId)).find(({ status }) => status === 'ACTIVE');
  if (!first) throw new ImageNotFoundError();
  return first;
}
