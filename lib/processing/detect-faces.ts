import type { DetectFacesRequest } from '../contract/endpoints/detect-faces.ts';
import type { DetectedFaceArea } from '../contract/shapes.ts';
import { decodePicture } from '../inputs/decode.ts';
import type { Ports } from '../ports.ts';

/**
 * Finds the faces of one picture, largest first.
 * @throws InputUnreadableError, InputTooLargeError, UnsupportedFormatError
 */
export async function detectFaces(
  ports: Pick<Ports, 'faces' | 'inputs' | 'pictureSlots'>,
  { image, detector_backend }: DetectFacesRequest,
): Promise<DetectedFaceArea[]> {
  const bytes = await ports.inputs.read(image);
  return ports.pictureSlots(async () => {
    const picture = await decodePicture(bytes);
    const faces = await ports.faces.detect(picture, { detectorBackend: detector_backend });
    return faces.map(({ area, confidence }) => ({ facial_area: area, confidence }));
  });
}
