import { expect, test } from 'vitest';
import { verificationExample } from '../../lib/contract/examples.ts';
import { comparedHeadline } from '../../local/console/src/model/compare-words.ts';

const entry = { name: 'Ada', severity: null };

/** Makes the result of a comparison at so many times the threshold; the band ends at twice of it. */
function comparison(times: number, verified = times <= 1) {
  const threshold = 0.4;
  return {
    ...verificationExample,
    ...{ threshold, near_threshold: 2 * threshold, distance: times * threshold, verified, similarity: 97.5 },
  };
}

test('a comparison is possible where a check says so, and different only beyond that', () => {
  const tones = (one: typeof entry | undefined) =>
    [0.5, 1, 1.5, 2, 2.1].map((times) => comparedHeadline(comparison(times), one).tone);
  expect(tones(entry)).toEqual(['match', 'match', 'possible', 'possible', 'different']);
  expect(tones(undefined)).toEqual(['same', 'same', 'possible', 'possible', 'different']);
  expect(comparedHeadline(comparison(1.5), entry)).toEqual({
    tone: 'possible',
    text: 'Possible: Ada',
    detail: '97.5% alike. Alike, but not enough for a match. Compare the faces.',
  });
  expect(comparedHeadline(comparison(1.5), undefined).text).toBe('Possibly the same person');
});

test('an entry that is not in force looks alike nevertheless, and its words say why it does not match', () => {
  expect(comparedHeadline(comparison(0.5, false), entry)).toMatchObject({
    tone: 'possible',
    text: 'Looks like Ada',
    detail: expect.stringContaining('suspended or has expired'),
  });
});

test('a service of before, which tells no band, has no near misses', () => {
  const { near_threshold: _, ...told } = comparison(1.5);
  expect(comparedHeadline(told as ReturnType<typeof comparison>, entry).tone).toBe('different');
});

test('who may not know how near the face is sees no verdict but that', () => {
  expect(
    comparedHeadline({ ...comparison(3), distance: null, similarity: null } as never, entry),
  ).toMatchObject({ tone: 'different', text: 'Not alike enough: Ada' });
});
