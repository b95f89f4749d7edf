import type { Box } from '../contract/shapes.ts';
import type { FaceBackend } from '../faces/port.ts';
import type { FacePrint } from '../faces/print.ts';
import type { Picture } from '../inputs/picture.ts';
import { log } from '../log.ts';
import type { KeptFace } from '../records/processed.ts';

/** The best view of a face that passed a camera. */
export interface PassingFace {
  readonly picture: Picture;
  /** The face, in pixels of the picture. */
  readonly area: Box;
  readonly print: FacePrint;
}

/**
 * Keeps the face of somebody who passed a camera and matched nobody, for a later look-back. A failure keeps
 * none: the passage is recorded all the same.
 * @param pictureId id from which the keys of the picture are made
 */
export async function keepPassing(
  { lookBack }: Pick<FaceBackend, 'lookBack'>,
  { picture, area, print }: PassingFace,
  pictureId: string,
): Promise<readonly KeptFace[]> {
  try {
    if (lookBack?.own) return await lookBack.own.add(picture, pictureId, [{ faceIndex: 0, area }]);
    const template = lookBack?.templateOf?.(print);
    return template ? [{ faceIndex: 0, ...template }] : [];
  } catch (err) {
    log().warn({ err }, 'camera: a face could not be kept for a look-back');
    return [];
  }
}
