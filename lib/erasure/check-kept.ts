import type { FaceBackend } from '../faces/port.ts';
import { decodePicture } from '../inputs/decode.ts';

/**
 * Finds the kept faces that match the largest face of a picture; their bytes differ from picture to picture.
 * @returns a line for each
 * @throws NoFaceError for a picture without a face, where faces are kept
 * @throws InputUnreadableError, BackendUnavailableError, ThrottledError
 */
export async function findKeptFaces(
  { lookBack }: Pick<FaceBackend, 'lookBack'>,
  pictures: readonly Uint8Array[],
): Promise<string[]> {
  const finds: string[] = [];
  for (const [index, bytes] of pictures.entries()) {
    const picture = await decodePicture(bytes);
    const found = await lookBack?.findLargest((work) => work(picture));
    for (const { processedId, faceIndex } of found?.seen ?? []) {
      finds.push(`image ${index + 1}: kept face ${faceIndex} of processed picture ${processedId}`);
    }
  }
  return finds;
}
