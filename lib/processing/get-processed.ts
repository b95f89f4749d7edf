import type { ProcessedVariant } from '../contract/endpoints/get-processed-image.ts';
import { type PictureSize, wantedSide } from '../contract/picture-size.ts';
import type { ImageProcessingResult } from '../contract/shapes.ts';
import { ProcessedNotFoundError } from '../errors.ts';
import { keptSmaller } from '../images/kept-smaller.ts';
import { contentTypeOf, processedKeyAt } from '../images/key.ts';
import type { DeliveredPicture } from '../images/port.ts';
import type { DeliveryPorts } from '../ports.ts';

/**
 * Returns a processed picture's result.
 * @param sender name of the actor who must have sent it; anybody unless it is given
 * @throws ProcessedNotFoundError
 */
export async function getProcessed(
  { records }: Pick<DeliveryPorts, 'records'>,
  id: number,
  sender?: string,
): Promise<ImageProcessingResult> {
  const result = await records.getProcessed(id, sender);
  if (!result) throw new ProcessedNotFoundError();
  return result;
}

const locationFields = {
  original: 'original_image_path',
  annotated: 'saved_image_path',
  crop: 'cropped_face_path',
} as const satisfies Record<ProcessedVariant, keyof ImageProcessingResult>;

/**
 * Returns a processed picture, its annotated copy or its crop, or a smaller picture of one.
 * @throws ProcessedNotFoundError when there is no such copy, or it was deleted
 */
export async function getProcessedImage(
  ports: DeliveryPorts,
  id: number,
  { variant, ...query }: { readonly variant: ProcessedVariant } & PictureSize,
  sender?: string,
): Promise<DeliveredPicture> {
  const { records, delivery } = ports;
  const result = await getProcessed({ records }, id, sender);
  const location = result[locationFields[variant]];
  const key = location === null ? undefined : processedKeyAt(location);
  const size = wantedSide(query);
  if (key !== undefined && size !== undefined) {
    // The crop shows the largest face alone already.
    const face = query.crop === 'face' && variant !== 'crop' ? result.faces[0]?.facial_area : null;
    const field = locationFields[variant];
    const isShown = async () => (await records.getProcessed(id))?.[field] === location;
    const bytes = await keptSmaller(ports, key, { size, box: face ?? null }, isShown);
    if (!bytes) throw new ProcessedNotFoundError();
    return { bytes, contentType: 'image/jpeg', mayBeKept: true };
  }
  const picture = key && (await delivery.deliver(key));
  if (!picture) throw new ProcessedNotFoundError();
  return { ...picture, contentType: contentTypeOf(key) };
}
