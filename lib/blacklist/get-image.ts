import { ImageNotFoundError } from '../errors.ts';
import { contentTypeOf } from '../images/key.ts';
import type { DeliveredPicture } from '../images/port.ts';
import type { DeliveryPorts } from '../ports.ts';
import { activeImage } from './reference-image.ts';

/**
 * Returns a reference image's original, as it was sent.
 * @throws EntryNotFoundError
 * @throws ImageNotFoundError also when the original is lost
 */
export async function getImage(
  { records, delivery }: DeliveryPorts,
  entryId: number,
  imageId: string,
): Promise<DeliveredPicture> {
  const { key } = await activeImage(records, entryId, imageId);
  const picture = await delivery.deliver(key);
  if (!picture) throw new ImageNotFoundError();
  return { ...picture, contentType: contentTypeOf(key) };
}
