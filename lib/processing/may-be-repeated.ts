import type { ImageProcessingResult } from '../contract/shapes.ts';
import type { RecordStore } from '../records/port.ts';
import { isInForce } from '../records/shared/in-force.ts';
import { inForceIdsIn, outOfForceIdsIn } from './process-images.ts';

/**
 * Tells if results that were kept for a repeated request may be told again. They may not once a record of
 * theirs was deleted, or somebody whom they name as a match can't match any more. Those whom they name as out
 * of force must still be listed.
 * @param pictureIdOf gives the ids by which the pictures were stored
 * @throws BackendUnavailableError, ThrottledError
 */
export async function mayBeRepeated(
  records: Pick<RecordStore, 'findProcessed' | 'getEntry'>,
  results: readonly Pick<ImageProcessingResult, 'db_id' | 'faces'>[],
  pictureIdOf: (place: number) => string,
): Promise<boolean> {
  const pictureIds = results.flatMap(({ db_id }, place) => (db_id === null ? [] : [pictureIdOf(place)]));
  const found = await records.findProcessed(pictureIds);
  if (found.size < pictureIds.length) return false;
  const read = (ids: readonly number[]) => Promise.all(ids.map((id) => records.getEntry(id)));
  const [matched, outOfForce] = await Promise.all([
    read(inForceIdsIn(results)),
    read(outOfForceIdsIn(results)),
  ]);
  return (
    matched.every((entry) => entry !== undefined && isInForce(entry)) &&
    outOfForce.every((entry) => entry?.status === 'ACTIVE')
  );
}
