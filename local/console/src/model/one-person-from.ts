import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import { similarityOnScale } from '../../../../lib/faces/similarity-scale.ts';
import { similarityOf } from '../format.ts';
import { texts } from '../texts.ts';

/** Tells from which similarity on faces count as one person's; nothing if the measure has no similarities. */
export function onePersonFrom(
  { similarity_scale: scale, threshold }: Pick<Status, 'similarity_scale' | 'threshold'>,
  distance = threshold,
): string {
  const similarity = similarityOnScale(scale, distance);
  return similarity === undefined ? '' : texts.people.onePersonFrom(similarityOf(similarity));
}
