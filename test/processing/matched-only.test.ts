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
    faces: [{ ...face, blacklist_matches: [reviewed], near_misses: [reviewed], candidates: [reviewed] }],
  });
  expect(seen.faces).toEqual([
    { ...face, blacklist_matches: [{ ...match, review: null }], near_misses: null, candidates: null },
  ]);
  expect(JSON.stringify(seen)).not.toMatch(/desk 2|Other ears/);
});
