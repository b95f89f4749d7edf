import { expect, test } from 'vitest';
import { resultExample } from '../../lib/contract/examples.ts';
import type { ImageProcessingResult } from '../../lib/contract/shapes.ts';
import { matchedOnly } from '../../lib/processing/matched-only.ts';

test('who may only check pictures reads no near misses and nothing of what the desk says of a match', () => {
  const result = resultExample as ImageProcessingResult;
  const [face] = result.faces;
  const [match] = face?.blacklist_matches ?? [];
  if (!face || !match) throw new Error('The example has no match.');
  const judgement = {
    actor: 'desk 2',
    verdict: 'unsure',
    note: 'Other ears.',
    at: '2026-05-05T18:12:00Z',
  } as const;
  const reviewed = { ...match, review: { verdict: 'unsure' as const, reviews: [judgement] } };
  const seen = matchedOnly({
    ...result,
    faces: [
      {
        ...{ ...face, blacklist_matches: [reviewed], near_misses: [reviewed], candidates: [reviewed] },
        out_of_force: [reviewed],
      },
    ],
  });
  expect(seen.faces).toEqual([
    {
      ...face,
      blacklist_matches: [
        { ...match, identity: match.identity.split('/').slice(-2).join('/'), review: null },
      ],
      near_misses: null,
      candidates: null,
    },
  ]);
  expect(JSON.stringify(seen)).not.toMatch(/desk 2|Other ears/);
});

test.each([
  ['/srv/data/', '/srv/data/blacklist/7/one.jpg', '7/one.jpg'],
  ['C:\\data\\', 'C:\\data\\blacklist\\7\\one.jpg', '7/one.jpg'],
  ['s3://people/', 'aws_rekognition_external_id:7', 'aws_rekognition_external_id:7'],
])('and not where the service keeps its files (%s)', (place, identity, told) => {
  const result = resultExample as ImageProcessingResult;
  const [face] = result.faces;
  const [match] = face?.blacklist_matches ?? [];
  if (!face || !match) throw new Error('The example has no match.');
  const seen = matchedOnly({
    ...result,
    saved_image_path: `${place}processed/2026-05-04/id-annotated.jpg`,
    original_image_path: `${place}processed/2026-05-04/id-original.png`,
    cropped_face_path: null,
    faces: [{ ...face, blacklist_matches: [{ ...match, identity }] }],
  });
  expect(seen).toMatchObject({
    saved_image_path: expect.stringMatching(/2026-05-04.id-annotated\.jpg$/),
    cropped_face_path: null,
  });
  expect(seen.faces[0]?.blacklist_matches[0]?.identity).toBe(told);
  expect(JSON.stringify(seen)).not.toContain(JSON.stringify(place).slice(1, -1));
});
