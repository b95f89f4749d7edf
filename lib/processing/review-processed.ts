import { personIds } from '../blacklist/merged-entries.ts';
import type { Config } from '../config.ts';
import type { ReviewRequest } from '../contract/endpoints/review-processed.ts';
import type { ImageProcessingResult } from '../contract/shapes.ts';
import { ProcessedNotFoundError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { matchesOf } from '../records/shared/redaction.ts';

/**
 * Stores what somebody says of a match, and returns the picture's result with it. Of a person whose entries
 * were merged, it is said of all matches of the face, under whichever of the ids.
 * @throws ProcessedNotFoundError
 * @throws RequestInvalidError when the picture has no such match or near miss
 */
export async function reviewProcessed(
  { records }: Pick<Ports, 'records'>,
  { reviewers }: Pick<Config, 'reviewers'>,
  id: number,
  { face_index: faceIndex, entry_id: entryId, verdict, note }: ReviewRequest,
  actor: string,
): Promise<ImageProcessingResult> {
  let result = await records.getProcessed(id);
  const faces = result?.faces.filter((face) => face.face_index === faceIndex) ?? [];
  const shown = (await personIds(records, entryId)).filter((one) => matchesOf({ faces }, one).length > 0);
  // Without any, the store tells what is wrong.
  for (const one of shown.length > 0 ? shown : [entryId]) {
    result = await records.reviewProcessed(id, { faceIndex, entryId: one, verdict, note, actor }, reviewers);
  }
  if (!result) throw new ProcessedNotFoundError();
  return result;
}
