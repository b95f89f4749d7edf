import type { Config } from '../config.ts';
import type { ReviewRequest } from '../contract/endpoints/review-processed.ts';
import type { ImageProcessingResult } from '../contract/shapes.ts';
import { ProcessedNotFoundError } from '../errors.ts';
import type { Ports } from '../ports.ts';

/**
 * Stores what somebody says of a match, and returns the picture's result with it.
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
  const result = await records.reviewProcessed(id, { faceIndex, entryId, verdict, note, actor }, reviewers);
  if (!result) throw new ProcessedNotFoundError();
  return result;
}
