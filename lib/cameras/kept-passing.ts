import type { Box } from '../contract/shapes.ts';
import type { FaceBackend } from '../faces/port.ts';
import type { Picture } from '../inputs/picture.ts';
import { log } from '../log.ts';
import type { KeptFace } from '../records/port.ts';

/**
 * Keeps the face of somebody who passed a camera and matched nobody, for a later look-back. A failure keeps
 * none: the passage is recorded all the same.
 * @param area the face, in pixels of the picture
 * @param pictureId id from which the keys of the picture are made
 */
export async function keepPassing(
  faces: Pick<FaceBackend, 'lookBack' | 'match'>,
  picture: Picture,
  area: Box,
  pictureId: string,
): Promise<readonly KeptFace[]> {
  const { lookBack } = faces;
  try {
    if (lookBack?.own) return await lookBack.own.add(picture, pictureId, [{ faceIndex: 0, area }]);
    const found = await faces.match(picture, { withTemplates: true });
    const nearest = found.faces.toSorted((one, other) => apart(one.area, area) - apart(other.area, area))[0];
    if (!nearest?.template || apart(nearest.area, area) > area.w / 2) return [];
    return [{ faceIndex: 0, ...nearest.template }];
  } catch (err) {
    log().warn({ err }, 'camera: a face could not be kept for a look-back');
    return [];
  }
}

/** Returns the distance of two boxes' middles, in pixels. */
function apart(one: Box, other: Box): number {
  return Math.hypot(one.x + one.w / 2 - other.x - other.w / 2, one.y + one.h / 2 - other.y - other.h / 2);
}
