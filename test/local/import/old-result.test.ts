import { expect, test } from 'vitest';
import { ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import { oldAnswer } from '../../../local/import/old-result.ts';

const entryOf = (identity: string) => ({
  id: 7,
  name: identity,
  reason: null,
  severity: null,
  category: null,
  notes: null,
  expires_at: null,
});
const read = (value: unknown) =>
  oldAnswer(typeof value === 'string' ? value : JSON.stringify(value), entryOf);

const match = {
  identity: 'x/7/a.jpg',
  source_x: 1,
  source_y: 2,
  source_w: 3,
  source_h: 4,
  distance: 0.1,
  threshold: 0.4,
};
const face = {
  face_index: 0,
  facial_area: { x: 1, y: 2, w: 3, h: 4 },
  confidence: 0.9,
  blacklist_matches: [match],
};

function matched(value: unknown) {
  const answer = read(value);
  return answer?.faces.map(({ blacklist_matches }) => blacklist_matches.map(({ entry }) => entry.name));
}

test('an answer has the shape of today, whatever it lacks', () => {
  const answer = read({ faces: [face, {}], has_blacklist_match: true });
  const rest = {
    image_path_or_identifier: '',
    db_id: 1,
    saved_image_path: null,
    original_image_path: null,
    source: null,
    reference: null,
    camera: null,
    track: null,
    has_near_miss: null,
    verdict: null,
    verdict_reasons: null,
  };
  const shown = { ...answer, ...rest, processing_timestamp: null, cropped_face_path: null, warnings: null };
  expect(ImageProcessingResult.safeParse(shown).error).toBeUndefined();
  expect(answer?.faces[0]?.blacklist_matches[0]).toMatchObject({
    similarity: 87.5,
    model: 'unknown',
    image_id: null,
  });
});

test.each([
  ['an object', { faces: [face] }, [['x/7/a.jpg']]],
  ['a list of answers', [{ faces: [face] }], [['x/7/a.jpg']]],
  ['a list of faces', [face], [['x/7/a.jpg']]],
  ['a text in a text', JSON.stringify(JSON.stringify({ faces: [face] })), [['x/7/a.jpg']]],
  ['no faces', { faces: [] }, []],
  ['an empty list', [], []],
  [
    'matches of all faces together',
    {
      faces: [{ facial_area: { x: 9, y: 9, w: 9, h: 9 } }, { ...face, blacklist_matches: [] }],
      blacklist_matches: [match],
    },
    [[], ['x/7/a.jpg']],
  ],
  ['matches without faces', { blacklist_matches: [match] }, [['x/7/a.jpg']]],
])('%s is read', (_, value, names) => {
  expect(matched(value)).toEqual(names);
});

test('the best match of a face comes first', () => {
  const matches = [{ ...match, identity: 'far', distance: 0.3 }, match];
  expect(matched({ faces: [{ ...face, blacklist_matches: matches }] })).toEqual([['x/7/a.jpg', 'far']]);
});

test('numbers that JSON does not have, as Python writes them, are absent', () => {
  const answer = read(
    '{"faces": [{"confidence": NaN, "facial_area": {"x": -Infinity, "y": 1, "w": 1, "h": 1}}]}',
  );
  expect(answer?.faces).toMatchObject([{ confidence: null, facial_area: null }]);
  expect(read('{"error": "NaN, [NaN"}')?.error).toBe('NaN, [NaN');
});

test.each(['', 'null', '5', '{"faces": [', 'Traceback'])('%s is no answer', (text) => {
  expect(read(text)).toBeUndefined();
});
