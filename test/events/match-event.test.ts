import { expect, test } from 'vitest';
import { MatchEvent } from '../../lib/contract/match-event.ts';
import type { BlacklistMatch, ImageProcessingResult } from '../../lib/contract/shapes.ts';
import { matchEvent, maxEventBytes, withoutUnlisted } from '../../lib/events/match-event.ts';
import { plainEntry, processedResult } from '../suites/records/fixtures.ts';

const { faces, ...rest } = processedResult();
const [face] = faces;
const [match] = face?.blacklist_matches ?? [];
if (!face || !match) throw new Error('The fixture has no match.');

interface Given {
  readonly entryId: number;
  readonly name?: string;
  readonly distance: number;
}

/** Makes a kept answer whose faces have these matches. */
function resultOf(...matchesOfFaces: readonly Given[][]): ImageProcessingResult {
  return {
    ...rest,
    db_id: 41,
    processing_timestamp: '2025-01-31T12:00:00.000Z',
    faces: matchesOfFaces.map((matches, index) => ({
      ...face,
      face_index: index,
      facial_area: face?.facial_area ?? null,
      confidence: 0.9,
      candidates: null,
      near_misses: [],
      quality: null,
      verdict: null,
      verdict_reasons: null,
      blacklist_matches: matches.map(({ entryId, name = `Person ${entryId}`, distance }) => ({
        ...(match as BlacklistMatch),
        distance,
        similarity: 100 - 10 * distance,
        image_id: `image-of-${entryId}`,
        entry: {
          ...plainEntry(entryId, name, 'a secret reason'),
          ...{ severity: 'danger', category: 'fraud', notes: 'secret notes' },
        },
      })),
    })),
  };
}

const details = { severity: 'danger', category: 'fraud', expires_at: null };

test('an event has ids, names, distances and boxes, how urgent it is, and nothing else of picture or person', () => {
  const origin = { source: 'Entrance', reference: 'a.jpg', camera: null, track: null };
  const result = { ...resultOf([{ entryId: 7, name: 'Jane Roe', distance: 0.1 }], []), ...origin };
  const event = matchEvent('picture-1', result);
  expect(MatchEvent.parse(event)).toEqual(event);
  expect(event).toEqual({
    type: 'face.matched',
    timestamp: '2025-01-31T12:00:00.000Z',
    data: {
      picture_id: 'picture-1',
      db_id: 41,
      ...origin,
      entries: [{ id: 7, name: 'Jane Roe', ...details, similarity: 99 }],
      faces: [
        {
          face_index: 0,
          box: { x: 10, y: 20, w: 30, h: 40 },
          matches: [
            {
              entry: { id: 7, name: 'Jane Roe', ...details },
              image_id: 'image-of-7',
              distance: 0.1,
              threshold: 0.6,
              similarity: 99,
              similarity_metric: 'cosine',
              model: 'MobileFaceNet',
            },
          ],
        },
      ],
      truncated: false,
    },
  });
});

test('a picture in which nobody was found has none', () => {
  expect(matchEvent('picture-1', resultOf([], []))).toBeUndefined();
  expect(matchEvent('picture-1', { ...resultOf(), error: 'The URL could not be read.' })).toBeUndefined();
});

test('everybody is named once, with the best similarity, best first', () => {
  const event = matchEvent(
    'picture-1',
    resultOf(
      [
        { entryId: 1, distance: 0.3 },
        { entryId: 2, distance: 0.4 },
      ],
      [
        { entryId: 2, distance: 0.1 },
        { entryId: 1, distance: 0.5 },
      ],
    ),
  );
  expect(event?.data.entries).toEqual([
    { id: 2, name: 'Person 2', ...details, similarity: 99 },
    { id: 1, name: 'Person 1', ...details, similarity: 97 },
  ]);
});

test('who is not listed any more is left out, and nobody left is no event', () => {
  const event = matchEvent(
    'picture-1',
    resultOf(
      [
        { entryId: 1, name: 'Ada', distance: 0.1 },
        { entryId: 2, name: 'Bob', distance: 0.2 },
      ],
      [{ entryId: 1, name: 'Ada', distance: 0.3 }],
    ),
  ) as MatchEvent;
  const left = withoutUnlisted(event, new Set([2, 3]));
  expect(JSON.stringify(left)).not.toContain('Ada');
  expect(left?.data.entries).toEqual([{ id: 2, name: 'Bob', ...details, similarity: 98 }]);
  expect(left?.data.faces.map(({ face_index }) => face_index)).toEqual([0]);
  expect(withoutUnlisted(event, new Set([3]))).toBeUndefined();
});

test('nobody is left out for the many pictures of somebody else', () => {
  const many = Array.from({ length: 3000 }, (_, place) => ({ entryId: 1, distance: place / 100_000 }));
  const event = matchEvent(
    'picture-1',
    resultOf([...many, { entryId: 2, distance: 0.2 }], [{ entryId: 3, distance: 0.25 }]),
  );
  expect(event?.data.truncated).toBe(true);
  expect(event?.data.entries.map(({ id }) => id)).toEqual([1, 2, 3]);
});

test('of more matches than an event has room for, the best are told, and that others are not', () => {
  const name = 'ü'.repeat(100);
  const faces = Array.from({ length: 200 }, (_, face) =>
    Array.from({ length: 50 }, (_, place) => ({
      entryId: 50 * face + place,
      name,
      distance: (place + (face % 7) / 7) / 100,
    })),
  );
  const event = matchEvent('picture-1', resultOf(...faces)) as MatchEvent;
  expect(event.data.truncated).toBe(true);
  const bytes = Buffer.byteLength(JSON.stringify(event));
  expect(bytes).toBeLessThanOrEqual(maxEventBytes);
  expect(bytes).toBeGreaterThan(0.7 * maxEventBytes);
  const told = event.data.faces.flatMap(({ matches }) => matches.map(({ distance }) => distance));
  const all = faces
    .flat()
    .map(({ distance }) => distance)
    .sort((one, other) => one - other);
  expect(told.sort((one, other) => one - other)).toEqual(all.slice(0, told.length));
});
