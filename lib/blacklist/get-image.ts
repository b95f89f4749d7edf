import { ImageNotFoundError } from '../errors.ts';
import { contentTypeOf } from '../images/key.ts';
import type { DeliveredPicture } from '../images/port.ts';
import type { Stores } from '../ports.ts';
import { activeImage } from './reference-image.ts';

/**
 * A reference image's original, as it came.
 * @throws EntryNotFoundError
 * @throws ImageNotFoundError also when the original is lost.
 */
export async function getImage(
  { records, images }: Pick<Stores, 'records' | 'images'>,
  entryId: number,
  imageId: string,
): Promise<DeliveredPicture> {
  const { key } = await activeImage(records, entryId, imageId);
  const delivery = await images.deliver(key);
  if (!delivery) throw new ImageNotFoundError();
  return { ...delivery, contentType: contentTypeOf(key) };
}
