import type { DetectedFace, ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import { texts } from '../texts.ts';
import { type Named, type Shown, withResult } from './door-shown.ts';
import { type Age, facesIn, isSoonAfter, type Moment, pairUp, type SeenFace } from './same-face.ts';
import { type Headline, headlineOf, type Tone } from './verdict-words.ts';
import { hitsOf, isLapsed, isMatch, isStanding, judgePicture, reviewOf, withFacts } from './verdicts.ts';

/** Chooses the verdict that a door shows, out of two looks a second. Times are in milliseconds. */

const never = Number.NEGATIVE_INFINITY;
const nobodyNamed: Named = { ids: [], seenAt: never, toldAt: never };

/**
 * Time for which a verdict stays after it was last told. A match stays until somebody has read it, although
 * the face turns away. An all-clear is for whoever stands there now, and for nobody who comes next.
 */
const holdMs: Record<Tone, number> = { match: 20_000, possible: 8_000, 'cannot-tell': 3_000, clear: 3_000 };
/** The same for one whose entry is no longer in force. Whoever stands there is nobody listed any more. */
const lapsedHoldMs = 8_000;
/** Age of a picture from which its all-clear says nothing of whoever stands there now. */
const oldMs = 10_000;
/** Time in which a second look confirms a match. */
const agreeing: Age = { idle: 8_000, most: 20_000 };
/** Time after which a face in the same place is taken for the next person's. */
const sameFace: Age = { idle: 3_000, most: 20_000 };
/** The same for a face that a person has judged. What they said must reach nobody else. */
const judgedFace: Age = { idle: 3_000, most: 6_000 };
/** Time after which a match that goes on is kept once more, and one that was judged is asked anew. */
const keepAgainMs = 60_000;

/**
 * Returns what is shown after a look. A door looks often, and each look can be wrong. So a match is told as a
 * possible one until a second look agrees. What a person said of a face stays with it, and no other gets it.
 *
 * @param seenAt time at which the picture was taken
 * @param now time at which its answer came
 */
export function afterLook(
  last: Shown | undefined,
  looked: ImageProcessingResult,
  seenAt: number,
  now = seenAt,
): Shown | undefined {
  const held = afterTime(last, now, seenAt);
  if (looked.error === null && looked.faces.length === 0) return held;
  const moment = { seenAt, toldAt: now };
  const seen = facesIn(looked, moment);
  const known = held?.faces.filter((face) => isSoonAfter(face, seenAt, ageOf(held))) ?? [];
  const pairOf = pairUp(known, seen);
  const isAnother = held !== undefined && isJudged(held) && hasTwin(held, seen, pairOf);
  const isAskedAnew = held !== undefined && isJudgedLongAgo(held, looked, seenAt);
  const before = isAnother ? nobodyNamed : namedLately(held, seenAt);
  const confirmed = new Set([...before.ids, ...(isAnother ? [] : known.flatMap(({ ids }) => ids))]);
  const ids = matchingEntries(looked);
  const named = ids.length > 0 ? { ids, ...moment } : before;
  const fresh = freshOf(looked, confirmed, named, moment);
  if (held === undefined || isAnother || isAskedAnew) return fresh;
  const pairs = seen.map(pairOf);
  const faces = known.map((face) => followed(face, seen[pairs.indexOf(face)]));
  // The picture stays, and what the list says of whoever is in it is that of now.
  const told = withResult(held, withFacts(held.result, looked));
  if (isSame(held, fresh, pairs)) return agreed(told, fresh, faces);
  if (!isGraver(held, fresh, pairs)) return fresh;
  // Whoever looked like a listed person may only have turned away. A look at others says nothing of that.
  return { ...told, looks: held.looks + (pairs.some(Boolean) ? 1 : 0), named, faces };
}

const ageOf = (shown: Shown) => (isJudged(shown) ? judgedFace : sameFace);

/** Returns true if there are faces to compare, and so a picture is needed. */
export function hasHit({ result }: Shown): boolean {
  return hitsOf(judgePicture(result)).length > 0;
}

/** Returns true if nobody is like a listed person any more, because entries are no longer in force. */
function isAllLapsed({ tone, result }: Shown): boolean {
  return (
    tone === 'cannot-tell' && hitsOf(judgePicture(result)).some(({ comparison }) => isLapsed(comparison))
  );
}

/** Returns true if people have said something of who is shown. */
function isJudged({ result }: Shown): boolean {
  return hitsOf(judgePicture(result)).some(({ comparison }) => reviewOf(comparison) !== null);
}

/**
 * Returns true if somebody who was judged a minute ago still matches. Another person may have taken their
 * place meanwhile, quicker than the door can tell.
 */
function isJudgedLongAgo(held: Shown, looked: ImageProcessingResult, seenAt: number): boolean {
  if (!isJudged(held) || !isLongKept(held, seenAt)) return false;
  const ids = new Set(matchingEntries(held.result));
  return matchingEntries(looked).some((id) => ids.has(id));
}

/** Returns true if a face matches the same entry, and can't be told to be the one that is shown. */
function hasTwin(held: Shown, seen: readonly SeenFace[], pairOf: ReturnType<typeof pairUp>): boolean {
  const ids = new Set(matchingEntries(held.result));
  return seen.some((face) => face.ids.some((id) => ids.has(id) && !pairOf(face)?.ids.includes(id)));
}

/** Returns a face as it is now, if it is seen. */
function followed(face: SeenFace, now: SeenFace | undefined): SeenFace {
  if (now === undefined) return face;
  const { place, seenAt, toldAt } = now;
  return now.ids.some((id) => face.ids.includes(id))
    ? { ...face, place, seenAt, toldAt }
    : { ...face, place };
}

/** Returns what is shown after a look that agrees. */
function agreed(held: Shown, fresh: Shown, faces: readonly SeenFace[]): Shown {
  const { seenAt, toldAt, named } = fresh;
  // The picture stays, so that nothing moves under a thumb. One that was kept wins: it can be judged.
  const isBetter = fresh.tone !== 'match' || (held.keptAt === undefined && fresh.keptAt !== undefined);
  return {
    ...(isBetter ? fresh : held),
    seenAt,
    toldAt,
    looks: held.looks + 1,
    agreeing: held.agreeing + 1,
    keptAt: fresh.keptAt ?? held.keptAt,
    named,
    faces: fresh.tone === 'match' ? faces : fresh.faces,
  };
}

function namedLately(shown: Shown | undefined, now: number): Named {
  return shown !== undefined && isSoonAfter(shown.named, now, agreeing) ? shown.named : nobodyNamed;
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

/**
 * Returns what is left of a verdict by now.
 *
 * @param asked time at which the look began that waits for its answer. A slow one takes away no match, and no
 * doubt that it can settle.
 */
export function afterTime(shown: Shown | undefined, now: number, asked = now): Shown | undefined {
  if (shown === undefined) return undefined;
  const { tone, seenAt, toldAt } = shown;
  const hold = isAllLapsed(shown) ? lapsedHoldMs : holdMs[tone];
  if (hasHit(shown)) return asked - toldAt < hold ? shown : undefined;
  return now - toldAt < hold && now - seenAt < oldMs ? shown : undefined;
}

/** Returns true if a match is shown of which the door has not told yet, so that it sounds. */
export function isNews(before: Shown | undefined, shown: Shown): boolean {
  if (shown.tone !== 'match') return false;
  if (before === undefined || before.tone !== 'match' || hasNewDanger(before, shown)) return true;
  if (shown.look === before.look) return false;
  if (isJudged(before)) return true;
  const known = new Set(matchingEntries(before.result));
  const isKnown = matchingEntries(shown.result).every((id) => known.has(id));
  return !isKnown || !isSoonAfter(before.named, shown.seenAt, sameFace);
}

/** Returns true if the list says of somebody who matches that they are dangerous, and did not before. */
function hasNewDanger(before: Shown, shown: Shown): boolean {
  const known = new Set(dangersIn(before));
  return dangersIn(shown).some((id) => !known.has(id));
}

/** Returns the ids of the dangerous people who match. */
export function dangersIn({ result }: Shown): number[] {
  return hitsOf(judgePicture(result))
    .map(({ comparison }) => comparison)
    .filter((comparison) => isMatch(comparison) && isStanding(comparison))
    .flatMap(({ entry }) => (entry.severity === 'danger' ? [entry.id] : []));
}

/**
 * Returns true if the service is to keep the next look if it matches: one that may confirm a match, or one a
 * minute after the last that was kept.
 */
export function isToBeKept(shown: Shown | undefined, now: number): boolean {
  if (shown === undefined || namedLately(shown, now).ids.length === 0) return false;
  return shown.keptAt === undefined || isLongKept(shown, now);
}

/** Returns true if a minute has passed since the picture was kept, or judged. */
function isLongKept({ keptAt }: Shown, now: number): boolean {
  return keptAt !== undefined && now - keptAt >= keepAgainMs;
}

/** Returns the ids of the entries in force that match. */
function matchingEntries(result: ImageProcessingResult): number[] {
  const matches = hitsOf(judgePicture(result)).filter(
    ({ comparison }) => comparison.likeness === 'match' && !isLapsed(comparison),
  );
  return [...new Set(matches.map(({ comparison }) => comparison.entry.id))];
}

function freshOf(
  looked: ImageProcessingResult,
  confirmed: ReadonlySet<number>,
  named: Named,
  moment: Moment,
): Shown {
  const result = withDoubt(looked, confirmed);
  const { tone } = headlineOf(result);
  const isDoubted = tone === 'possible' && matchingEntries(looked).length > 0;
  const keptAt = result.db_id === null ? undefined : moment.toldAt;
  const alike = new Set(hitsOf(judgePicture(result)).map(({ verdict }) => verdict.face));
  const faces = facesIn(result, moment).filter((_, index) => alike.has(result.faces[index] as DetectedFace));
  return {
    result,
    look: Symbol('look'),
    tone,
    isDoubted,
    ...moment,
    looks: 1,
    agreeing: 1,
    keptAt,
    named,
    faces,
  };
}

/** Returns the verdict that a door shows in a line. */
export function doorHeadlineOf({ result, isDoubted }: Shown): Headline {
  const headline = headlineOf(result);
  if (!isDoubted || headline.tone !== 'possible') return headline;
  return { ...headline, detail: texts.checking.lookingAgain };
}

/** Faces of before, for each face that a look shows. */
type Pairs = readonly (SeenFace | undefined)[];

/** Returns true if the look shows nobody who is not shown already. */
function isSame(held: Shown, fresh: Shown, pairs: Pairs): boolean {
  if (matchingEntries(fresh.result).length === 0) {
    const isAlike = held.tone === fresh.tone && isAllLapsed(held) === isAllLapsed(fresh);
    return isAlike && matchingEntries(held.result).length === 0;
  }
  return facesIn(fresh.result, fresh).every(({ ids }, index) =>
    ids.every((id) => pairs[index]?.ids.includes(id)),
  );
}

function isGraver(held: Shown, fresh: Shown, pairs: Pairs): boolean {
  const ids = matchingEntries(fresh.result);
  if (ids.length === 0) {
    if (held.tone === 'match' || (held.tone === 'possible' && fresh.tone !== 'match')) return true;
    return (isJudged(held) || isAllLapsed(held)) && pairs.some(Boolean) && hitsAreOf(pairs, fresh);
  }
  // Whoever walks by is elsewhere in each look. Somebody else is asked for once nobody was there for a while.
  const known = new Set(matchingEntries(held.result));
  const isAlone = !pairs.some(Boolean) && ids.every((id) => known.has(id));
  return isAlone && held.tone === 'match' && isSoonAfter(held, fresh.seenAt, sameFace);
}

/** Returns true if each face is like those alone whom it matched before. */
function hitsAreOf(pairs: Pairs, { result }: Shown): boolean {
  return hitsOf(judgePicture(result)).every(({ verdict, comparison }) =>
    pairs[result.faces.indexOf(verdict.face)]?.ids.includes(comparison.entry.id),
  );
}
