import type { ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import { type Shown, withResult } from './door-shown.ts';
import { type Fate, withFate } from './fate.ts';
import { withReviews } from './verdicts.ts';

/** Takes over at a door what becomes known, between two looks, of the people who are shown. */

/** Takes over what people said of the match that is shown. They said it now. */
export function afterReview(shown: Shown, reviewed: ImageProcessingResult, now: number): Shown {
  const told = withResult(shown, withReviews(shown.result, reviewed));
  return told === shown ? shown : { ...told, keptAt: now };
}

/** Notes that the service has deleted the picture. The next look that matches is kept, and can be judged. */
export function afterDeletion(shown: Shown): Shown {
  return { ...shown, keptAt: undefined, result: { ...shown.result, db_id: null } };
}

/**
 * Takes over what has become of an entry that is shown. A match that ends with it is told anew, so that there
 * is time to read why.
 */
export function afterFate(shown: Shown, entryId: number, fate: Fate, now: number): Shown {
  const told = withResult(shown, withFate(shown.result, entryId, fate, false));
  const isInForce = fate.force === 'listed' || fate.force === 'moved';
  // The next look that matches is at somebody else, whom it does not confirm.
  const ids = shown.named.ids.filter((id) => isInForce || id !== entryId);
  const named = { ...shown.named, ids };
  return told.tone === shown.tone ? { ...told, named } : { ...told, named, toldAt: now };
}
