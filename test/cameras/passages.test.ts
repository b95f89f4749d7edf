import { expect, test } from 'vitest';
import type { Phase } from '../../lib/cameras/decide.ts';
import type { WatchedTrack } from '../../lib/cameras/judge.ts';
import { Passages } from '../../lib/cameras/passages.ts';
import type { FaceFollower, FaceLook } from '../../lib/faces/follower.ts';
import { printAt } from './prints.ts';

const nowhere = { left_eye: null, right_eye: null, nose: null, mouth_left: null, mouth_right: null };
const used = { model: 'm', detectorBackend: 'd', metric: 'cosine', threshold: 0.3, warnings: [] } as const;

/** Shows one face, or the faces that a test says. */
function watched(
  isReported: (phase: Phase, track: WatchedTrack) => boolean,
  faces?: FaceLook[],
  isInForce = () => true,
) {
  const face: FaceLook = {
    area: { x: 100, y: 60, w: 50, h: 50, ...nowhere },
    confidence: 0.9,
    print: printAt(10),
  };
  const follower: FaceFollower = {
    scale: { same: 0.2, differs: 0.7 },
    look: async () => faces ?? [face],
    nearest: async () => ({ ...used, neighbours: [] }),
  };
  const judged: Phase[] = [];
  const told: string[] = [];
  const ended: boolean[] = [];
  const judge = {
    async judge(track: WatchedTrack, phase: Phase) {
      judged.push(phase);
      const match = { entryId: 1, matchedLooks: 1, matches: [] };
      return { ...used, entries: isReported(phase, track) ? [match] : [] };
    },
  };
  const passages = new Passages(
    follower,
    judge,
    { minFace: 36, zone: [] },
    {
      async onMatch(track) {
        if (isInForce()) told.push(track.id);
        return isInForce();
      },
      onEnded: async (_, wasTold) => void ended.push(wasTold),
    },
  );
  return { passages, judged, told, ended };
}

const frameAt = (at: number) => ({ width: 320, height: 192, pixels: new Uint8Array(3 * 320 * 192), at });

test('somebody who was seen once, in the only picture that came, is judged at the end of the silence', async () => {
  const { passages, judged, told, ended } = watched((phase) => phase === 'end');
  await passages.look(frameAt(1_000));
  expect([judged, told]).toEqual([['early'], []]);
  await passages.expire(2_000);
  expect(ended).toEqual([]);
  await passages.expire(3_000);
  expect([judged, told.length, ended]).toEqual([['early', 'end'], 1, [true]]);
});

test('a passage is told once, however many looks follow', async () => {
  const { passages, told, ended } = watched((_, { looks }) => looks.length >= 2);
  for (let at = 0; at < 12; at++) await passages.look(frameAt(1_000 + 500 * at));
  await passages.end();
  expect([told.length, ended]).toEqual([1, [true]]);
});

test('somebody whose entry is not in force is told when it is', async () => {
  let isInForce = false;
  const { passages, told, ended } = watched(
    () => true,
    undefined,
    () => isInForce,
  );
  await passages.look(frameAt(1_000));
  expect(told).toEqual([]);
  isInForce = true;
  await passages.look(frameAt(1_500));
  await passages.look(frameAt(2_000));
  await passages.end();
  expect([told.length, ended]).toEqual([1, [true]]);
});

test('a failure to record is tried again with the next look', async () => {
  const { passages, told } = watched((_, { looks }) => {
    if (looks.length === 2) throw new Error('The store is away.');
    return looks.length > 2;
  });
  await passages.look(frameAt(1_000));
  await expect(passages.look(frameAt(1_500))).rejects.toThrow('The store is away.');
  await passages.look(frameAt(2_000));
  expect(told).toHaveLength(1);
});

test('a passage that could not be recorded at its end is recorded later, and the others that end with it are not lost', async () => {
  let isAway = true;
  const { passages, told, ended } = watched((phase) => {
    if (isAway) throw new Error('The store is away.');
    return phase === 'end';
  });
  const away = { message: 'The store is away.' };
  await expect(passages.look(frameAt(1_000))).rejects.toMatchObject(away);
  await expect(passages.expire(3_000)).rejects.toMatchObject(away);
  expect([told, ended]).toEqual([[], []]);
  isAway = false;
  await passages.look(frameAt(6_000));
  expect([told.length, ended]).toEqual([1, [true]]);
});

test('a face that is too small, or outside of the zone, is never judged', async () => {
  const { passages, judged } = watched(
    () => true,
    [{ area: { x: 100, y: 60, w: 30, h: 30, ...nowhere }, confidence: 0.9, print: printAt(10) }],
  );
  await passages.look(frameAt(1_000));
  await passages.look(frameAt(1_600));
  expect(judged).toEqual([]);
});
