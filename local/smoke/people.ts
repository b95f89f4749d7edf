import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DetectedFaceArea } from '../../lib/contract/shapes.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { cropFace } from '../../lib/processing/render.ts';
import { sampleFolder } from '../models/packages.ts';

/** Share of the face's box that is kept around it. */
const cropMargin = 0.6;

/** Reads a sample picture of the package face-api, which shows several people. */
export function samplePicture(number: 1 | 3 | 6): Promise<Buffer> {
  return readFile(join(sampleFolder, `sample${number}.jpg`));
}

/** Cuts out the face at a place, counted from the left; a negative one from the right. */
export async function faceAt(
  picture: Buffer,
  faces: readonly DetectedFaceArea[],
  place: number,
): Promise<Buffer> {
  const face = faces
    .map(({ facial_area }) => facial_area)
    .sort((one, other) => one.x - other.x)
    .at(place);
  if (!face) throw new Error('The sample picture should show more faces.');
  return Buffer.from(await cropFace(await decodePicture(picture), face, cropMargin));
}
