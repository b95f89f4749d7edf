import type { ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import { headlineOf, type Tone } from './verdict-words.ts';
import { hitsOf, judgePicture } from './verdicts.ts';

/** Chooses the verdict that a door shows, out of two looks a second. Times are in milliseconds. */

/** Result of a look that is shown. */
export interface Shown {
  readonly result: ImageProcessingResult;
  readonly tone: Tone;
  /** Time at which a face was last seen that gave this verdict. */
  readonly seenAt: number;
  /** Number of looks at faces since this verdict is shown, and of those that agree with it. */
  readonly looks: number;
  readonly agreeing: number;
  /** Time at which the service kept the picture; undefined if it did not. */
  readonly keptAt: number | undefined;
}

/**
 * Time for which a verdict stays after it was last seen. A match stays until somebody has read it, although
 * the face turns away. An all-clear is for whoever stands there now, and for nobody who comes next.
 */
const holdMs: Record<Tone, number> = { match: 20_000, possible: 8_000, 'cannot-tell': 3_000, clear: 3_000 };
/** Time after which a match that goes on is kept once more. */
const keepAgainMs = 60_000;

/** Returns what is shown after a look. */
export function afterLook(
  before: Shown | undefined,
  result: ImageProcessingResult,
  now: number,
): Shown | undefined {
  const held = afterTime(before, now);
  if (result.error === null && result.faces.length === 0) return held;
  const fresh = freshOf(result, now);
  if (held === undefined) return fresh;
  const looks = held.looks + 1;
  if (isSame(held, fresh)) {
    const agreeing = held.agreeing + 1;
    // The picture stays, so that nothing moves under a thumb. One that was kept wins: it can be judged.
    const isBetter = fresh.tone !== 'match' || (held.keptAt === undefined && fresh.keptAt !== undefined);
    const keptAt = fresh.keptAt ?? held.keptAt;
    return { ...(isBetter ? fresh : held), seenAt: now, looks, agreeing, keptAt };
  }
  // Whoever looked like a listed person may only have turned away.
  return isGraver(held, fresh) ? { ...held, looks } : fresh;
}

/** Returns what is left of a verdict by now. */
export function afterTime(shown: Shown | undefined, now: number): Shown | undefined {
  return shown !== undefined && now - shown.seenAt < holdMs[shown.tone] ? shown : undefined;
}

/** Returns true if the service keeps the match that is shown. The next look then needs no record. */
export function isKeptAlready(shown: Shown | undefined, now: number): boolean {
  return shown?.keptAt !== undefined && now - shown.keptAt < keepAgainMs;
}

/** Returns the ids of the entries that match. */
export function matchingEntries(result: ImageProcessingResult): number[] {
  const matches = hitsOf(judgePicture(result)).filter(({ comparison }) => comparison.likeness === 'match');
  return [...new Set(matches.map(({ comparison }) => comparison.entry.id))];
}

function freshOf(result: ImageProcessingResult, now: number): Shown {
  const { tone } = headlineOf(result);
  const keptAt = result.db_id === null ? undefined : now;
  return { result, tone, seenAt: now, looks: 1, agreeing: 1, keptAt };
}

/** Returns true if the look shows nobody who is not shown already. */
function isSame(held: Shown, fresh: Shown): boolean {
  const matching = matchingEntries(fresh.result);
  if (matching.length === 0) return held.tone === fresh.tone && matchingEntries(held.result).length === 0;
  const known = new Set(matchingEntries(held.result));
  return matching.every((id) => known.has(id));
}

function isGraver(held: Shown, fresh: Shown): boolean {
  if (matchingEntries(fresh.result).length > 0) return false;
  return held.tone === 'match' || (held.tone === 'possible' && fresh.tone !== 'match');
}

/** Takes over what a person said of the match that is shown. */
export function afterReview(shown: Shown, reviewed: ImageProcessingResult): Shown {
  return { ...shown, result: reviewed, tone: headlineOf(reviewed).tone };
}
