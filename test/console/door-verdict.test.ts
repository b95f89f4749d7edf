import { describe, expect, test } from 'vitest';
import { resultExample } from '../../lib/contract/examples.ts';
import type { Review } from '../../lib/contract/review.ts';
import type { ImageProcessingResult } from '../../lib/contract/shapes.ts';
import type { Shown } from '../../local/console/src/model/door-shown.ts';
import { afterDeletion, afterFate, afterReview } from '../../local/console/src/model/door-since.ts';
import {
  afterLook,
  afterTime,
  dangersIn,
  doorHeadlineOf,
  isNews,
  isToBeKept,
} from '../../local/console/src/model/door-verdict.ts';
import type { Fate } from '../../local/console/src/model/fate.ts';
import {
  cells,
  cellsOf,
  changedShare,
  isDark,
  Presence,
  pixels,
} from '../../local/console/src/model/presence.ts';

/** Makes the result of a look at one face, which has moved by so many of its widths. */
function look(
  kind: 'match' | 'possible' | 'no_match' | 'cannot_tell',
  { id = 7, kept = null, moved = 0 }: { id?: number; kept?: number | null; moved?: number } = {},
): ImageProcessingResult {
  const [face] = resultExample.faces;
  const [match] = face?.blacklist_matches ?? [];
  if (!face?.facial_area || match === undefined) throw new Error('The example has a face that matches.');
  const { x, w } = face.facial_area;
  const like = { ...match, entry: { ...match.entry, id }, review: null };
  return {
    ...resultExample,
    db_id: kept,
    faces: [
      {
        ...face,
        facial_area: { ...face.facial_area, x: x + moved * w },
        blacklist_matches: kind === 'match' ? [like] : [],
        near_misses: kind === 'possible' ? [like] : [],
        candidates: null,
        verdict: kind,
        verdict_reasons: kind === 'cannot_tell' ? ['LOW_SHARPNESS'] : [],
      },
    ],
  };
}

/** Puts the faces of several looks into one. */
function together(...looks: ImageProcessingResult[]): ImageProcessingResult {
  return { ...resultExample, db_id: null, faces: looks.flatMap(({ faces }) => faces) };
}
const nobody: ImageProcessingResult = { ...resultExample, faces: [] };

/** Looks twice at once: what is shown then is confirmed. */
function lookTwice(shown: Shown | undefined, at: number, { id = 7, kept = 1 } = {}): Shown {
  const once = afterLook(shown, look('match', { id }), at);
  const twice = afterLook(once, look('match', { id, kept }), at);
  if (twice === undefined) throw new Error('A match is shown.');
  return twice;
}

describe('the verdict of a door', () => {
  test('is a match only once a second look agrees', () => {
    const once = afterLook(undefined, look('match'), 0);
    expect(once).toMatchObject({ tone: 'possible' });
    expect(once?.result.faces[0]).toMatchObject({
      verdict: 'possible',
      blacklist_matches: [],
      near_misses: [{ entry: { id: 7 } }],
    });
    expect(once && doorHeadlineOf(once).detail).toMatch(/^One look matched. Looking again/);
    const twice = afterLook(once, look('match'), 500);
    expect(twice && doorHeadlineOf(twice).detail).toBe('Compare the faces before you act.');
    const nearly = afterLook(undefined, look('possible'), 0);
    expect(nearly && doorHeadlineOf(nearly).detail).toMatch(/^Alike, but not enough/);
    // The look that may confirm it is kept, and no other.
    expect(isToBeKept(undefined, 0)).toBe(false);
    expect(isToBeKept(afterLook(undefined, look('no_match'), 0), 0)).toBe(false);
    expect(isToBeKept(once, 500)).toBe(true);
    expect(afterLook(once, look('match', { id: 8 }), 500)).toMatchObject({ tone: 'possible' });
    expect(afterLook(once, look('no_match'), 500)).toMatchObject({ tone: 'possible', agreeing: 1 });
    const turned = afterLook(once, look('no_match'), 500);
    expect(afterLook(turned, look('match'), 1_000)).toMatchObject({ tone: 'match' });
    expect(afterLook(once, look('match'), 500)).toMatchObject({ tone: 'match', looks: 1 });
    // Later than that, it is another person, also while somebody is still there.
    expect(afterLook(once, look('match'), 9_000)).toMatchObject({ tone: 'possible' });
    let shown = once;
    for (let now = 500; now <= 8_500; now += 500) shown = afterLook(shown, look('possible', { id: 9 }), now);
    expect(isToBeKept(shown, 9_000)).toBe(false);
    expect(afterLook(shown, look('match'), 9_000)).toMatchObject({ tone: 'possible' });
  });

  test('of somebody listed anew is kept once, and not by the look before the one that confirms it', () => {
    const deleted = afterFate(lookTwice(undefined, 0), 7, { force: 'deleted' }, 500);
    const gone = afterLook(deleted, look('no_match'), 4_000);
    expect(gone).toMatchObject({ tone: 'clear' });
    expect(isToBeKept(gone, 4_500)).toBe(false);
    const once = afterLook(gone, look('match', { id: 8 }), 4_500);
    expect(once).toMatchObject({ tone: 'possible', keptAt: undefined });
    expect(isToBeKept(once, 5_000)).toBe(true);
    // One who was merged into another matches by that one.
    const moved = afterFate(lookTwice(undefined, 0), 7, { force: 'moved' }, 500);
    expect(moved.named.ids).toEqual([7]);
  });

  test('of a match stays while the face turns away, and goes at last', () => {
    const match = lookTwice(undefined, 0);
    for (const kind of ['no_match', 'cannot_tell', 'possible'] as const) {
      expect(afterLook(match, look(kind), 500)).toMatchObject({ tone: 'match', looks: 2, agreeing: 1 });
    }
    expect(afterTime(match, 19_000)).toBe(match);
    expect(afterTime(match, 21_000)).toBeUndefined();
  });

  test('is doubted by looks at that person alone, and not by those at others', () => {
    const match = lookTwice(undefined, 0);
    // Somebody beside the listed person, who has looked down.
    expect(afterLook(match, look('no_match', { moved: 3 }), 500)).toMatchObject({ looks: 1, agreeing: 1 });
    expect(afterLook(match, look('possible', { moved: 3 }), 500)).toMatchObject({ looks: 1, agreeing: 1 });
    // The listed person moves on, and turns away.
    const moved = afterLook(match, look('no_match', { moved: 0.8 }), 500);
    expect(moved).toMatchObject({ looks: 2, agreeing: 1 });
    expect(afterLook(moved, look('no_match', { moved: 1.6 }), 1_000)).toMatchObject({
      looks: 3,
      agreeing: 1,
    });
    expect(afterLook(match, look('no_match', { moved: 1.6 }), 1_000)).toMatchObject({ looks: 1 });
    // Later than that, somebody else stands in the same place.
    expect(afterLook(match, look('no_match'), 4_000)).toMatchObject({ tone: 'match', looks: 1 });
  });

  test('that nobody matched is for whoever stands there now', () => {
    const clear = afterLook(undefined, look('no_match'), 0);
    expect(clear).toMatchObject({ tone: 'clear' });
    expect(afterLook(clear, nobody, 1_000)).toBe(clear);
    expect(afterLook(clear, nobody, 3_500)).toBeUndefined();
    expect(afterLook(clear, look('cannot_tell'), 500)).toMatchObject({ tone: 'cannot-tell' });
    expect(afterLook(clear, look('match'), 500)).toMatchObject({ tone: 'possible', looks: 1 });
  });

  test('turns to the next person who matches, also after a match', () => {
    const first = lookTwice(undefined, 0);
    const doubtful = afterLook(first, look('match', { id: 8 }), 500);
    expect(doubtful).toMatchObject({ tone: 'match', result: first.result });
    const next = afterLook(doubtful, look('match', { id: 8 }), 1_000);
    expect(next?.result.faces[0]?.blacklist_matches[0]?.entry.id).toBe(8);
    expect(next).toMatchObject({ looks: 1, agreeing: 1 });
    // That look was not kept, so the next one is, and can then be judged.
    expect(isToBeKept(next, 1_000)).toBe(true);
    expect(afterLook(next, look('match', { id: 8, kept: 2 }), 1_500)?.result.db_id).toBe(2);
  });

  test('keeps its picture while the same person stands there, and is kept again after a minute', () => {
    const first = lookTwice(undefined, 0);
    let shown: Shown | undefined = first;
    for (let now = 500; now <= 60_000; now += 500) shown = afterLook(shown, look('match'), now);
    expect(shown?.result).toBe(first.result);
    expect(shown).toMatchObject({ looks: 121, agreeing: 121, seenAt: 60_000 });
    expect(isToBeKept(shown, 59_500)).toBe(false);
    expect(isToBeKept(shown, 60_000)).toBe(true);
    expect(isToBeKept(afterLook(shown, look('match', { kept: 2 }), 60_500), 61_000)).toBe(false);
  });

  test('needs two looks that agree, however long each took', () => {
    // Each answer takes so long, and the next look begins half a second later.
    for (const slow of [4_000, 14_500]) {
      const once = afterLook(undefined, look('match'), 0, slow);
      const asked = slow + 500;
      const told = asked + slow;
      // While the next answer is on its way, the doubt stays.
      expect(afterTime(once, told, asked)).toBe(once);
      expect(isToBeKept(once, asked)).toBe(true);
      const twice = afterLook(once, look('match', { kept: 1 }), asked, told);
      expect(twice).toMatchObject({ tone: 'match', seenAt: asked });
      expect(twice && isNews(once, twice)).toBe(true);
      const third = afterLook(twice, look('match'), told + 500, told + 500 + slow);
      expect(third).toMatchObject({ tone: 'match', looks: 2, agreeing: 2, result: twice?.result });
      expect(isToBeKept(third, told + 1_000 + slow)).toBe(false);
    }
    // Looks that are further apart tell of two people.
    const old = afterLook(undefined, look('match'), 0, 15_000);
    expect(afterLook(old, look('match'), 20_500, 21_000)).toMatchObject({ tone: 'possible' });
    // An all-clear of a picture that is old says nothing of whoever stands there now.
    const clear = afterLook(undefined, look('no_match'), 0, 8_500);
    expect(afterTime(clear, 9_500)).toBe(clear);
    expect(afterTime(clear, 10_500)).toBeUndefined();
    expect(afterTime(clear, 11_600, 9_000)).toBeUndefined();
  });

  test('that somebody else matches, too, is told again after a while, and at once if nobody was there', () => {
    const first = lookTwice(undefined, 0);
    expect(isNews(undefined, first)).toBe(true);
    // The same person walks by. The picture that was kept stays.
    const walked = afterLook(first, look('match', { moved: 3 }), 500);
    expect(walked).toMatchObject({ result: first.result, seenAt: 0 });
    // Whoever is still elsewhere is shown, and is no news: the alarm tells of that entry already.
    const still = afterLook(walked, look('match', { moved: 3, kept: 2 }), 3_200);
    expect(still).toMatchObject({ tone: 'match', looks: 1, result: { db_id: 2 } });
    expect(walked && still && isNews(walked, still)).toBe(false);
    // Two at once are both shown.
    const both = afterLook(first, together(look('match'), look('match', { moved: 3 })), 500);
    expect(both?.result.faces).toHaveLength(2);
    expect(afterLook(both, look('match', { moved: 3 }), 1_000)).toMatchObject({ looks: 2 });
    // After a gap it is another person, whose picture is shown, and who raises the alarm again.
    const next = afterLook(first, look('match', { kept: 3 }), 3_500);
    expect(next).toMatchObject({ tone: 'match', looks: 1, result: { db_id: 3 } });
    expect(next && isNews(first, next)).toBe(true);
    const late = lookTwice(first, 12_000, { kept: 4 });
    expect(late.result.db_id).toBe(4);
    expect(isNews(first, late)).toBe(true);
  });

  describe.each(['confirmed', 'rejected'] as const)('that a person has %s', (verdict) => {
    const shown = lookTwice(undefined, 0);
    const judged = afterReview(shown, reviewedAs(verdict, shown.result), 0);
    const tone = verdict === 'confirmed' ? 'match' : 'cannot-tell';

    test('stays with the face while it is followed', () => {
      expect(judged.tone).toBe(tone);
      let followed: Shown | undefined = judged;
      const looks = [
        look('match', { moved: 0.8 }),
        look('no_match', { moved: 1.6 }),
        look('possible', { moved: 1.6 }),
        look('match', { moved: 2.4 }),
        together(look('match', { moved: 2.4 }), look('no_match', { moved: 5 })),
      ];
      for (const [index, looked] of looks.entries()) {
        followed = afterLook(followed, looked, 800 * (index + 1));
        expect(followed, `look ${index + 1}`).toMatchObject({ tone, result: judged.result });
      }
    });

    test('stays with the face on a slow line, where a look follows the answer of before', () => {
      const once = afterLook(undefined, look('match'), 0, 4_000);
      const twice = afterLook(once, look('match', { kept: 1 }), 4_500, 8_500);
      if (twice === undefined) throw new Error('A match is shown.');
      const slow = afterReview(twice, reviewedAs(verdict, twice.result), 8_500);
      const third = afterLook(slow, look('match'), 9_000, 13_000);
      expect(third).toMatchObject({ tone, looks: 2, result: slow.result });
      // A service that takes longer sees nobody stay.
      expect(afterLook(third, look('match'), 16_000)).toMatchObject({ isDoubted: true });
    });

    test.each([
      ['after a gap', look('match', { kept: 2 }), 3_500],
      ['elsewhere in the frame', look('match', { kept: 2, moved: 2 }), 500],
      ['beside it', together(look('match'), look('match', { moved: 2 })), 500],
    ])('says nothing of a face %s', (_, looked, at) => {
      const once = afterLook(judged, looked, at);
      expect(once).toMatchObject({ tone: 'possible', isDoubted: true });
      const twice = afterLook(once, looked, at + 500);
      expect(twice).toMatchObject({ tone: 'match', looks: 1 });
      expect(twice?.result.faces).toHaveLength(looked.faces.length);
      for (const face of twice?.result.faces ?? []) expect(face.blacklist_matches[0]?.review).toBeNull();
      expect(twice && once && isNews(once, twice)).toBe(true);
    });

    test('is carried on for a minute, and then asked anew', () => {
      const press = 2_000;
      const pressed = afterReview(shown, reviewedAs(verdict, shown.result), press);
      let now = press;
      let carried: Shown | undefined = pressed;
      for (; now < press + 60_000; now += 500) carried = afterLook(carried, look('match'), now);
      expect(carried).toMatchObject({ tone, result: pressed.result });
      // Whoever turns away just then is not taken for somebody new, and no other entry ends it.
      expect(afterLook(carried, look('no_match'), now)).toMatchObject({ tone, result: pressed.result });
      expect(afterLook(carried, look('match', { id: 8 }), now)?.isDoubted).toBe(verdict === 'rejected');
      // The look that asks anew is kept, so that it can be judged.
      expect(isToBeKept(carried, now - 500)).toBe(false);
      expect(isToBeKept(carried, now)).toBe(true);
      const anew = afterLook(carried, look('match', { kept: 2 }), now);
      expect(anew).toMatchObject({ tone: 'match', looks: 1, result: { db_id: 2 } });
      expect(anew?.result.faces[0]?.blacklist_matches[0]?.review).toBeNull();
      expect(anew && isNews(carried, anew)).toBe(true);
      // Until somebody judges it again, it is an ordinary match, which sounds once.
      const later = afterLook(anew, look('match'), now + 500);
      expect(anew && later && isNews(anew, later)).toBe(false);
    });

    test('does not go on for longer by being read again', () => {
      const pressed = afterReview(shown, reviewedAs(verdict, shown.result), 2_000);
      expect(afterReview(pressed, reviewedAs(verdict, shown.result), 50_000)).toBe(pressed);
    });

    test('keeps the notes, which no kept result has', () => {
      const noted = noteTwice({ notes: 'Call the police.' });
      const kept = withEntry(reviewedAs(verdict, noted.result), { notes: null });
      const known = afterReview(noted, kept, 0);
      expect(entryOf(known)).toMatchObject({ notes: 'Call the police.' });
      expect(known.tone).toBe(tone);
    });

    test('says nothing of somebody who matches another entry', () => {
      expect(lookTwice(judged, 1_500, { id: 8 })).toMatchObject({ tone: 'match' });
    });
  });
});

describe('what the list says of whoever stands at a door', () => {
  const armed = { severity: 'danger', reason: 'Has a KNIFE', notes: 'Lock the door.', name: 'Ann' } as const;

  test('is that of the last look, beside the picture that was kept', () => {
    const first = noteTwice({ severity: 'warning', notes: null });
    const told = afterLook(first, withEntry(look('match'), armed), 1_000);
    expect(told).toMatchObject({ look: first.look, agreeing: 2, result: { db_id: 1 } });
    expect(entryOf(told)).toMatchObject(armed);
    expect(told && doorHeadlineOf(told).text).toBe('Danger. Match: Ann');
    // Also of a look that shows the person elsewhere, or not well enough. Then it tells no notes.
    const elsewhere = afterLook(
      told,
      withEntry(look('match', { moved: 3 }), { ...armed, notes: null }),
      1_500,
    );
    expect(entryOf(elsewhere)).toMatchObject({ ...armed, notes: null });
    const near = withEntry(look('possible'), { ...armed, name: 'Ann B', notes: null });
    expect(entryOf(afterLook(told, near, 1_500))).toMatchObject({ ...armed, name: 'Ann B' });
  });

  test('sounds once more when it becomes danger', () => {
    const first = noteTwice({ severity: 'warning' });
    const told = afterLook(first, withEntry(look('match'), armed), 1_000);
    expect(told && isNews(first, told)).toBe(true);
    const same = afterLook(told, withEntry(look('match'), armed), 1_500);
    expect(same && told && isNews(told, same)).toBe(false);
    const less = afterLook(told, withEntry(look('match'), { severity: 'info' }), 1_500);
    expect(less && told && isNews(told, less)).toBe(false);
    const confirmed = afterReview(first, reviewedAs('confirmed', first.result), 500);
    const grave = afterLook(confirmed, withEntry(look('match'), armed), 1_000);
    expect(grave && isNews(confirmed, grave)).toBe(true);
    // It is not said of somebody of whom people said that it is another person.
    const rejected = afterReview(first, reviewedAs('rejected', first.result), 500);
    const other = afterLook(rejected, withEntry(look('match'), armed), 1_000);
    expect(entryOf(other)).toMatchObject(armed);
    expect(other && isNews(rejected, other)).toBe(false);
  });

  test('can be judged in another picture once the first was deleted', () => {
    const gone = afterDeletion(lookTwice(undefined, 0));
    expect(gone).toMatchObject({ tone: 'match', result: { db_id: null } });
    expect(isToBeKept(gone, 500)).toBe(true);
    expect(afterLook(gone, look('match', { kept: 2 }), 500)).toMatchObject({ result: { db_id: 2 } });
  });
});

describe('an entry that is no longer in force', () => {
  const gone: Fate = { force: 'deleted' };
  const lapsed = (at: number) => afterFate(lookTwice(undefined, 0), 7, gone, at);

  test('ends the match, and the door says why for eight seconds', () => {
    const shown = lapsed(15_000);
    expect(shown.tone).toBe('cannot-tell');
    expect(doorHeadlineOf(shown).text).toMatch(/^No longer in force: /);
    expect(dangersIn(shown)).toEqual([]);
    expect(afterTime(shown, 22_900)).toBe(shown);
    expect(afterTime(shown, 23_100)).toBeUndefined();
  });

  test('leaves the next look to decide', () => {
    const shown = lapsed(500);
    // The words stay with the same face.
    for (const kind of ['no_match', 'cannot_tell'] as const)
      expect(afterLook(shown, look(kind), 1_000)).toMatchObject({ look: shown.look, looks: 2, agreeing: 1 });
    expect(afterLook(shown, look('no_match', { moved: 3 }), 1_000)).toMatchObject({ tone: 'clear' });
    expect(afterLook(shown, look('match', { id: 8 }), 1_000)).toMatchObject({ tone: 'possible' });
    const again = afterLook(shown, look('match'), 1_000);
    expect(again).toMatchObject({ tone: 'match' });
    expect(again && isNews(shown, again)).toBe(true);
  });

  test('ends no match with another person', () => {
    const both = together(look('match'), look('match', { id: 8, moved: 5 }));
    const twice = afterLook(afterLook(undefined, both, 0), both, 0);
    expect(twice && afterFate(twice, 7, gone, 500)).toMatchObject({ tone: 'match', toldAt: 0 });
  });
});

type Entry = ImageProcessingResult['faces'][number]['blacklist_matches'][number]['entry'];

/** Makes the result with other words about whoever matches. */
function withEntry(result: ImageProcessingResult, entry: Partial<Entry>): ImageProcessingResult {
  const told = (match: { entry: Entry }) => ({ ...match, entry: { ...match.entry, ...entry } });
  const faces = result.faces.map((face) => ({
    ...face,
    blacklist_matches: face.blacklist_matches.map(told) as typeof face.blacklist_matches,
    near_misses: (face.near_misses?.map(told) ?? null) as typeof face.near_misses,
  }));
  return { ...result, faces };
}

/** Looks twice at somebody of whom the list says this. */
function noteTwice(entry: Partial<Entry>): Shown {
  const once = afterLook(undefined, withEntry(look('match'), entry), 0);
  const twice = afterLook(once, withEntry(look('match', { kept: 1 }), entry), 0);
  if (twice === undefined) throw new Error('A match is shown.');
  return twice;
}

function entryOf(shown: Shown | undefined): Entry | undefined {
  return shown?.result.faces[0]?.blacklist_matches[0]?.entry;
}

/** Makes the result with what people have said of each match. */
function reviewedAs(verdict: Review['verdict'], result: ImageProcessingResult): ImageProcessingResult {
  const review: Review = { verdict, reviews: [] };
  const faces = result.faces.map((face) => ({
    ...face,
    blacklist_matches: face.blacklist_matches.map((match) => ({ ...match, review })),
  }));
  return { ...result, faces };
}

describe('somebody before the camera', () => {
  const size = cells.width * cells.height;
  const empty = new Float32Array(size).fill(90);
  /** Makes a frame in which so many cells are darker. */
  const withDark = (count: number, brightness = 90) =>
    Float32Array.from({ length: size }, (_, index) => (index < count ? brightness - 60 : brightness));

  test('is told from noise, and from a change of the light', () => {
    const noisy = empty.map((value, index) => value + (index % 7) - 3);
    expect(changedShare(empty, noisy)).toBe(0);
    expect(changedShare(empty, new Float32Array(size).fill(130))).toBe(0);
    expect(changedShare(empty, withDark(size / 10))).toBeCloseTo(0.1, 2);
  });

  test('is looked at until there is nobody for two seconds', () => {
    const presence = new Presence();
    const looks = (frame: Float32Array, now: number, faces: number) => {
      const isThere = presence.isSomebodyIn(frame, now);
      if (isThere) {
        presence.look(frame);
        presence.found(faces);
      }
      return isThere;
    };
    expect(looks(empty, 0, 0)).toBe(true);
    expect(looks(empty, 1_000, 0)).toBe(true);
    expect(looks(empty, 3_000, 0)).toBe(false);
    expect(looks(withDark(100), 10_000, 1)).toBe(true);
    // Somebody who stands still is still there.
    expect(looks(withDark(100), 20_000, 1)).toBe(true);
    // A face that never moves is a picture on the wall.
    expect(looks(withDark(100), 45_000, 1)).toBe(false);
    expect(looks(withDark(200), 46_000, 1)).toBe(true);
  });

  test('who comes slowly is noticed too', () => {
    const presence = new Presence();
    presence.isSomebodyIn(empty, 0);
    presence.look(empty);
    presence.found(0);
    const came = [2, 4, 6, 8, 10, 12].map((count, second) =>
      presence.isSomebodyIn(withDark(count), 10_000 + 1_000 * second),
    );
    expect(came[0]).toBe(false);
    expect(came.at(-1)).toBe(true);
  });

  // Shares of daylight, in which a wall has 68 and a face 120, and deviations of each pixel's noise.
  test.each([
    { light: 1, noise: 10 },
    { light: 0.3, noise: 10 },
    { light: 0.2, noise: 10 },
    { light: 0.1, noise: 4 },
  ])('is told from noise of $noise in $light of the light', ({ light, noise }) => {
    const random = randomNumbers();
    const presence = new Presence();
    let now = 0;
    /** Counts the looks at so many frames that show a face of this size, in cells. */
    const looksAt = (frames: number, side: number) => {
      let looks = 0;
      for (let frame = 0; frame < frames; frame++) {
        now += 500;
        const seen = cellsOf(noisyFrame({ light, noise, side }, random));
        if (!presence.isSomebodyIn(seen, now)) continue;
        presence.look(seen);
        presence.found(0);
        looks++;
      }
      return looks;
    };
    expect(looksAt(5, 0)).toBe(4);
    expect(looksAt(60, 0)).toBe(0);
    // A face of 120 pixels in a picture of 1280.
    expect(looksAt(1, 3)).toBe(1);
    expect(looksAt(20, 0)).toBeLessThan(10);
    expect(looksAt(1, 12)).toBe(1);
  });

  test('is told from a change of the light in the dark', () => {
    const dim = withDark(100, 70).map((value) => 0.2 * value);
    const brighter = dim.map((value) => 1.6 * value);
    expect(changedShare(dim, brighter)).toBe(0);
    expect(changedShare(brighter, dim)).toBe(0);
  });

  test('can not be told where hardly anything is as bright as a face must be', () => {
    const lit = (share: number) =>
      Float32Array.from({ length: size }, (_, index) => (index < share * size ? 26 : 12));
    expect(isDark(new Float32Array(size))).toBe(true);
    expect(isDark(lit(0.05))).toBe(true);
    expect(isDark(lit(0.15))).toBe(false);
    expect(isDark(empty)).toBe(false);
    // At the border it stays as it was.
    expect([true, false].map((wasDark) => isDark(lit(0.12), wasDark))).toEqual([true, false]);
    expect([true, false].map((wasDark) => isDark(lit(0.2), wasDark))).toEqual([false, false]);
    expect([true, false].map((wasDark) => isDark(lit(0.05), wasDark))).toEqual([true, true]);
  });
});

/** Returns a function that gives the same numbers in each run, spread as a camera's noise is. */
function randomNumbers(): () => number {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  // So many that no two frames have the same at the same place.
  const numbers = Float32Array.from({ length: 99_991 }, normal);
  let last = 0;
  return () => {
    last = (last + 1) % numbers.length;
    return numbers[last] ?? 0;
  };
}

/** Makes a frame of a wall, and of a face that fills a square of so many cells. */
function noisyFrame(
  { light, noise, side }: { light: number; noise: number; side: number },
  random: () => number,
): Uint8ClampedArray {
  const { width, height } = pixels;
  const face = (side * width) / cells.width;
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const isFace = pixel % width < face && pixel < face * width;
    const grey = light * (isFace ? 120 : 68) + noise * random();
    const at = 4 * pixel;
    rgba[at] = grey;
    rgba[at + 1] = grey;
    rgba[at + 2] = grey;
  }
  return rgba;
}
