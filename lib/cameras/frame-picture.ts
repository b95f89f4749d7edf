import { ServiceError } from '../errors.ts';
import { decodePicture } from '../inputs/decode.ts';
import { measurePicture } from '../inputs/measure.ts';
import type { DecodedPicture } from '../inputs/picture.ts';
import { SourceError } from './port.ts';

/** Pixels of the largest picture that a camera may send: it is decoded several times a second. */
const maxPixels = 10_000_000;

/**
 * Decodes a camera's picture.
 * @throws SourceError when it is damaged, too large, or none
 */
export async function decodeFrame(bytes: Uint8Array): Promise<DecodedPicture> {
  try {
    const measured = await measurePicture(bytes);
    if (measured.pixelCount > maxPixels) {
      throw new SourceError(
        `Its pictures are ${measured.width} x ${measured.height} pixels, and ${maxPixels} at most are taken.`,
      );
    }
    const { width, height, pixels } = await decodePicture(measured);
    return { width, height, pixels };
  } catch (error) {
    if (error instanceof ServiceError) throw new SourceError(error.message, { cause: error });
    throw error;
  }
}
