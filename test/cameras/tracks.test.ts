import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mostLooks, type SeenFace, Tracker } from '../../lib/cameras/tracks.ts';
import { printAt } from './prints.ts';

function face(x: number, degrees: number | null, { w = 60, confidence = 0.9, y = 100 } = {}): SeenFace {
  return { box: { x, y, w, h: w }, confidence, print: degrees === null ? null : printAt(degrees) };
}
const none = () => undefined;
const scale = { same: 0.2, differs: 0.75 };

/** Runs frames through a tracker, 200 ms apart; returns the ids of each frame's faces. */
function follow(frames: readonly (readonly SeenFace[])[], tracker = new Tracker(scale)) {
  return frames.map((faces, index) =>
    tracker.update(faces, 200 * index, none).assigned.map(({ track }) => track.id),
  );
}

describe('the tracker', () => {
  test('follows a face that walks', () => {
    const ids = follow(Array.from({ length: 10 }, (_, at) => [face(100 + 30 * at, 10)])).flat();
    expect(new Set(ids).size).toBe(1);
  });

  test('tells two people apart who cross', () => {
    const frames = Array.from({ length: 13 }, (_, at) => [face(100 + 40 * at, 10), face(580 - 40 * at, 100)]);
    const ids = follow(frames);
    expect(new Set(ids.map(([one]) => one)).size).toBe(1);
    expect(new Set(ids.map(([, other]) => other)).size).toBe(1);
    expect(ids[0]?.[0]).not.toBe(ids[0]?.[1]);
  });

  test('begins a new track where another person stands at once', () => {
    const [first, second] = follow([[face(100, 0)], [face(100, 100)]]);
    expect(first).not.toEqual(second);
  });

  test('goes on after a short gap, and under the same id when the person comes back', () => {
    const tracker = new Tracker(scale);
    const idAt = (at: number, seen: SeenFace) => tracker.update([seen], at, none).assigned[0]?.track.id;
    const id = idAt(0, face(100, 10));
    expect(idAt(1_000, face(120, 10))).toBe(id);
    expect(tracker.expire(3_000).map((track) => track.id)).toEqual([id]);
    expect(idAt(6_000, face(700, 15))).toBe(id);
    expect(tracker.expire(9_000)).toHaveLength(1);
    expect(idAt(20_000, face(700, 15))).not.toBe(id);
  });

  test('goes on with whoever is in a late frame, and not after more than three seconds', () => {
    const tracker = new Tracker(scale);
    tracker.update([face(100, 10)], 0, none);
    const late = tracker.update([face(105, null)], 2_900, none);
    expect([late.ended, tracker.tracks]).toEqual([[], [late.assigned[0]?.track]]);
    expect(tracker.tracks).toHaveLength(1);
    expect(tracker.update([face(110, null)], 6_000, none).ended).toHaveLength(1);
  });

  test('wants two prints a second at most, and no further ones once it has enough good ones', () => {
    const tracker = new Tracker(scale);
    tracker.update([face(100, 10)], 0, none);
    expect(tracker.predicted(200)).toEqual([{ box: face(100, 10).box, needsPrint: false }]);
    expect(tracker.predicted(500)[0]?.needsPrint).toBe(true);
    for (let at = 1; at <= mostLooks; at++) tracker.update([face(100, 10)], 500 * at, none);
    expect(tracker.tracks[0]?.looks).toHaveLength(mostLooks);
    expect(tracker.predicted(60_000)[0]?.needsPrint).toBe(false);
    tracker.update([face(100, null, { w: 90 })], 500 * (mostLooks + 1), none);
    expect(tracker.predicted(60_000)[0]?.needsPrint).toBe(true);
  });

  test('keeps the best looks, best first, with what the caller keeps with them', () => {
    const tracker = new Tracker<number>(scale);
    for (let at = 0; at < mostLooks + 5; at++) {
      tracker.update([face(100, 10, { w: 50 + at })], 500 * at, () => at);
    }
    const [track] = tracker.tracks;
    expect(track?.looks.map(({ extra }) => extra)).toEqual(
      Array.from({ length: mostLooks }, (_, at) => mostLooks + 4 - at),
    );
  });

  test('predicts where a walking face will be', () => {
    const tracker = new Tracker(scale);
    for (let at = 0; at < 8; at++) tracker.update([face(100 + 50 * at, 10)], 200 * at, none);
    const x = tracker.predicted(200 * 8)[0]?.box.x ?? 0;
    expect(x).toBeGreaterThan(490);
    expect(x).toBeLessThan(510);
  });

  test('puts no face in two tracks, no two faces of a frame in one, and uses no id again', () => {
    const seen = fc.record({
      x: fc.integer({ min: 0, max: 1800 }),
      degrees: fc.option(fc.integer({ min: 0, max: 180 })),
    });
    fc.assert(
      fc.property(fc.array(fc.array(seen, { maxLength: 5 }), { maxLength: 20 }), (frames) => {
        const tracker = new Tracker(scale);
        const over = new Set<string>();
        frames.forEach((faces, index) => {
          const seenFaces = faces.map(({ x, degrees }) => face(x, degrees));
          const { assigned } = tracker.update(seenFaces, 11_000 * Math.floor(index / 3) + 200 * index, none);
          const ids = assigned.map(({ track }) => track.id);
          expect(new Set(ids).size).toBe(ids.length);
          for (const id of ids) expect(over.has(id)).toBe(false);
          if (index % 3 === 2) for (const track of tracker.endAll()) over.add(track.id);
        });
      }),
    );
  });
});
