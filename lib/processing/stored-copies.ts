import type { Config } from '../config.ts';
import type { Box, DetectedFace } from '../contract/shapes.ts';
import type { ProcessedKeys } from '../images/key.ts';
import type { ImageStore } from '../images/port.ts';
import type { Picture } from '../inputs/picture.ts';
import { timed } from '../metrics/timed.ts';
import type { Stores } from '../ports.ts';
import { allOrFirstError } from '../promises.ts';
import type { RecordStore } from '../records/port.ts';
import { cropFace, drawBoxes } from './render.ts';
import { withoutNotes } from './shown-faces.ts';

/** Stores the largest face, cut out, and the picture with boxes around its faces. */
export async function storeDrawings(
  put: ImageStore['put'],
  {
    drawBoundingBoxes,
    croppedFacePaddingRatio,
  }: Pick<Config, 'drawBoundingBoxes' | 'croppedFacePaddingRatio'>,
  picture: Picture,
  boxes: readonly { readonly box: Box; readonly isMatch: boolean }[],
  keys: ProcessedKeys,
): Promise<void> {
  const [largest] = boxes;
  if (!largest) return;
  // The crop is cut out before the boxes are drawn on the same pixels.
  const crop = await timed('draw', () => cropFace(picture, largest.box, croppedFacePaddingRatio));
  await allOrFirstError([
    put(keys.crop, crop, 'image/jpeg'),
    drawBoundingBoxes &&
      timed('draw', () => drawBoxes(picture, boxes)).then((drawn) =>
        put(keys.annotated, drawn, 'image/jpeg'),
      ),
  ]);
}

/**
 * Leaves out candidates, entries out of force, and the notes of whom was found: a text about somebody is kept
 * in one place.
 */
export function keptFace({ out_of_force: _, ...face }: DetectedFace): DetectedFace {
  return { ...face, blacklist_matches: face.blacklist_matches.map(withoutNotes), candidates: null };
}

/** Deletes the copies of a picture that has no record. Returns false if it may have one. */
export async function removeCopies(
  { images, records }: Pick<Stores, 'images' | 'records'>,
  pictureId: string,
  keys: ProcessedKeys,
): Promise<boolean> {
  if (await mayBeKept(records, pictureId)) return false;
  await Promise.allSettled(Object.values(keys).map((key) => images.delete(key)));
  return true;
}

/**
 * Returns true if the record may exist although storing it failed: the answer can get lost. The sweep finds
 * pictures without a record.
 */
async function mayBeKept(records: RecordStore, pictureId: string): Promise<boolean> {
  try {
    return (await records.findProcessed([pictureId])).has(pictureId);
  } catch {
    return true;
  }
}
