import type { DetectFacesRequest } from '../contract/endpoints/detect-faces.ts';
import type { DetectedFaceArea } from '../contract/shapes.ts';
import { type Deadline, noDeadline } from '../deadline.ts';
import { decodePicture } from '../inputs/decode.ts';
import { measurePicture } from '../inputs/measure.ts';
import type { Ports } from '../ports.ts';

/**
 * Finds the faces of one picture, largest first.
 * @throws InputUnreadableError, InputTooLargeError, UnsupportedFormatError
 */
export async function detectFaces(
  ports: Pick<Ports, 'faces' | 'inputs' | 'pictureSlots'>,
  { image, detector_backend }: DetectFacesRequest,
  deadline: Deadline = noDeadline,
): Promise<DetectedFaceArea[]> {
  const measured = await measurePicture(await ports.inputs.read(image));
  return ports.pictureSlots.run(measured.memoryBytes, async () => {
    deadline.refuseIfAbandoned();
    const picture = await decodePicture(measured);
    const faces = await ports.faces.detect(picture, { detectorBackend: detector_backend });
    return faces.map(({ area, confidence }) => ({ facial_area: area, confidence }));
  });
}
