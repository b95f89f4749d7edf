import { expect, test } from 'vitest';
import type { Phase } from '../../lib/cameras/decide.ts';
import { galleryJudge, type WatchedTrack } from '../../lib/cameras/judge.ts';
import type { FaceFollower } from '../../lib/faces/follower.ts';
import { printDistance } from '../../lib/faces/print.ts';
import { printAt } from './prints.ts';

const used = { model: 'm', detectorBackend: 'd', metric: 'cosine', threshold: 0.1, warnings: [] } as const;
const box = { x: 0, y: 0, w: 80, h: 80 };

/** Follows with a gallery of one person, at 0 degrees: within 25 is near enough. */
function follower(mean?: FaceFollower['mean']): FaceFollower {
  return {
    scale: { same: 0.2, differs: 0.7 },
    ...(mean && { mean }),
    look: async () => [],
    nearest: async (prints) => ({
      ...used,
      neighbours: prints.map((print) => {
        const distance = printDistance(print, printAt(0));
        const rest = { similarity: 90, identity: null, target: null, metadata: null };
        return distance <= used.threshold ? [{ entryId: 7, imageId: 'i', distance, ...rest }] : [];
      }),
    }),
  };
}

function trackAt(...degrees: number[]): WatchedTrack {
  const looks = degrees.map((angle, at) => ({
    box,
    confidence: 0.9,
    print: printAt(angle),
    quality: 1,
    at,
    extra: { shot: undefined },
  }));
  return { id: 't', firstSeen: 0, lastSeen: 1, box, looks };
}

async function told(track: WatchedTrack, phase: Phase, mean?: FaceFollower['mean']): Promise<number[]> {
  const judgement = await galleryJudge(follower(mean), null).judge(track, phase);
  return judgement?.entries.map(({ matchedLooks }) => matchedLooks) ?? [];
}

test('looks that agree are told early: two beside the plain mean, three beside a freed one', async () => {
  const freed = () => printAt(0);
  expect(await told(trackAt(5), 'early')).toEqual([]);
  expect(await told(trackAt(5, -5), 'early')).toEqual([2]);
  expect(await told(trackAt(5, -5), 'early', freed)).toEqual([]);
  expect(await told(trackAt(5, -5, 10), 'early', freed)).toEqual([3]);
});

test('at the end a freed mean tells by itself, and a plain one with a look that agrees', async () => {
  const apart = trackAt(40, -40, 35, -35);
  expect(await told(apart, 'end')).toEqual([]);
  expect(await told(apart, 'end', () => printAt(3))).toEqual([0]);
  expect(await told(apart, 'end', () => printAt(60))).toEqual([]);
  expect(await told(trackAt(40, -40, 20, -20), 'end')).toEqual([2]);
});

test('the mean is of the best looks, each with its weight', async () => {
  const asked: [number, readonly number[]][] = [];
  const mean: FaceFollower['mean'] = (prints, weights) => {
    asked.push([prints.length, weights]);
    return printAt(0);
  };
  await told(trackAt(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 'end', mean);
  expect(asked).toHaveLength(1);
  const [[count, weights] = [0, []]] = asked;
  expect([count, new Set(weights).size]).toEqual([8, 1]);
});
