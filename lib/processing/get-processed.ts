import type { ProcessedVariant } from '../contract/endpoints/get-processed-image.ts';
import type { ImageProcessingResult } from '../contract/shapes.ts';
import { ProcessedNotFoundError } from '../errors.ts';
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
 * Returns a processed picture, its annotated copy or its crop.
 * @throws ProcessedNotFoundError when there is no such copy, or it was deleted
 */
export async function getProcessedImage(
  { records, delivery }: DeliveryPorts,
  id: number,
  variant: ProcessedVariant,
  sender?: string,
): Promise<DeliveredPicture> {
  const location = (await getProcessed({ records }, id, sender))[locationFields[variant]];
  const key = location === null ? undefined : processedKeyAt(location);
  const picture = key && (await delivery.deliver(key));
  if (!picture) throw new ProcessedNotFoundError();
  return { ...picture, contentType: contentTypeOf(key) };
}
