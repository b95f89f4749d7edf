import type { Box, ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import { texts } from '../texts.ts';
import { type Headline, headlineOf, type Tone } from './verdict-words.ts';
import { hitsOf, judgePicture } from './verdicts.ts';

/** Chooses the verdict that a door shows, out of two looks a second. Times are in milliseconds. */

/** Result of a look that is shown. */
export interface Shown {
  readonly result: ImageProcessingResult;
  readonly tone: Tone;
  /** True if a match is told as a possible one, because no other look has agreed yet. */
  readonly isDoubted: boolean;
  /** Time at which a face was last seen that gave this verdict. */
  readonly seenAt: number;
  /** Number of looks at this person since the verdict is shown, and of those that agree with it. */
  readonly looks: number;
  readonly agreeing: number;
  /** Time at which the service kept the picture; undefined if it did not. */
  readonly keptAt: number | undefined;
  readonly named: Named;
  /** Place of the face that the verdict is about, where it was last seen. */
  readonly place: Box | undefined;
}

/** Ids of the entries that the last look with a match named. A second look soon after it confirms them. */
interface Named {
  readonly ids: readonly number[];
  readonly at: number;
}

const nobodyNamed: Named = { ids: [], at: 0 };

/**
 * Time for which a verdict stays after it was last seen. A match stays until somebody has read it, although
 * the face turns away. An all-clear is for whoever stands there now, and for nobody who comes next.
 */
const holdMs: Record<Tone, number> = { match: 20_000, possible: 8_000, 'cannot-tell': 3_000, clear: 3_000 };
/** Time after which a face in the same place is taken for the next person's. */
const sameFaceMs = 3_000;
/** Time after which a match that goes on is kept once more. */
const keepAgainMs = 60_000;

/**
 * Returns what is shown after a look. A door looks often, and each look can be wrong. So a match is told as a
 * possible one until a second look agrees.
 */
export function afterLook(
  last: Shown | undefined,
  looked: ImageProcessingResult,
  now: number,
): Shown | undefined {
  const held = afterTime(last, now);
  if (looked.error === null && looked.faces.length === 0) return held;
  const before = namedLately(held, now);
  const confirmed = new Set([...before.ids, ...(held ? matchingEntries(held.result) : [])]);
  const ids = matchingEntries(looked);
  const named = ids.length > 0 ? { ids, at: now } : before;
  const fresh = freshOf(looked, confirmed, named, now);
  if (held === undefined) return fresh;
  if (isSame(held, fresh)) {
    const looks = held.looks + 1;
    const agreeing = held.agreeing + 1;
    // The picture stays, so that nothing moves under a thumb. One that was kept wins: it can be judged.
    const isBetter = fresh.tone !== 'match' || (held.keptAt === undefined && fresh.keptAt !== undefined);
    const keptAt = fresh.keptAt ?? held.keptAt;
    return { ...(isBetter ? fresh : held), seenAt: now, looks, agreeing, keptAt, named, place: fresh.place };
  }
  if (!isGraver(held, fresh)) return fresh;
  // Whoever looked like a listed person may only have turned away. A look at others says nothing of that.
  const place = now - held.seenAt < sameFaceMs ? placeNear(held.place, looked) : undefined;
  return { ...held, looks: held.looks + (place ? 1 : 0), named, place: place ?? held.place };
}

/** Returns the place of the face that can be the one that was there before. */
function placeNear(before: Box | undefined, { faces }: ImageProcessingResult): Box | undefined {
  if (before === undefined) return undefined;
  const middle = ({ x, y, w, h }: Box) => ({ x: x + w / 2, y: y + h / 2 });
  const from = middle(before);
  return faces
    .flatMap(({ facial_area: area }) => area ?? [])
    .map((area) => ({ area, moved: Math.hypot(middle(area).x - from.x, middle(area).y - from.y) }))
    .filter(({ area, moved }) => moved <= Math.max(before.w, area.w))
    .toSorted((one, other) => one.moved - other.moved)[0]?.area;
}

function namedLately(shown: Shown | undefined, now: number): Named {
  return shown !== undefined && now - shown.named.at < holdMs.possible ? shown.named : nobodyNamed;
}

/** Makes matches with entries that no look before has named near misses. */
function withDoubt(result: ImageProcessingResult, confirmed: ReadonlySet<number>): ImageProcessingResult {
  const faces = result.faces.map((face) => {
    const { true: matches = [], false: doubted = [] } = Object.groupBy(face.blacklist_matches, ({ entry }) =>
      confirmed.has(entry.id) ? 'true' : 'false',
    );
    if (doubted.length === 0) return face;
    return {
      ...face,
      blacklist_matches: matches,
      near_misses: [...doubted, ...(face.near_misses ?? [])],
      verdict: matches.length > 0 ? face.verdict : ('possible' as const),
    };
  });
  return { ...result, faces };
}

/** Returns what is left of a verdict by now. */
export function afterTime(shown: Shown | undefined, now: number): Shown | undefined {
  return shown !== undefined && now - shown.seenAt < holdMs[shown.tone] ? shown : undefined;
}

/**
 * Returns true if the service is to keep the next look if it matches: one that may confirm a match, or one a
 * minute after the last that was kept.
 */
export function isToBeKept(shown: Shown | undefined, now: number): boolean {
  if (shown === undefined || namedLately(shown, now).ids.length === 0) return false;
  return shown.keptAt === undefined || now - shown.keptAt >= keepAgainMs;
}

/** Returns the ids of the entries that match. */
export function matchingEntries(result: ImageProcessingResult): number[] {
  const matches = hitsOf(judgePicture(result)).filter(({ comparison }) => comparison.likeness === 'match');
  return [...new Set(matches.map(({ comparison }) => comparison.entry.id))];
}

function freshOf(
  looked: ImageProcessingResult,
  confirmed: ReadonlySet<number>,
  named: Named,
  now: number,
): Shown {
  const result = withDoubt(looked, confirmed);
  const { tone } = headlineOf(result);
  const isDoubted = tone === 'possible' && matchingEntries(looked).length > 0;
  const keptAt = result.db_id === null ? undefined : now;
  const place = judgePicture(result).faces[0]?.face.facial_area ?? undefined;
  return { result, tone, isDoubted, seenAt: now, looks: 1, agreeing: 1, keptAt, named, place };
}

/** Returns the verdict that a door shows in a line. */
export function doorHeadlineOf({ result, isDoubted }: Shown): Headline {
  const headline = headlineOf(result);
  if (!isDoubted || headline.tone !== 'possible') return headline;
  return { ...headline, detail: texts.checking.lookingAgain };
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
