import { describe, expect, it } from 'vitest';
import type { DetectedFace } from '../../lib/contract/shapes.ts';
import type { QualityReason } from '../../lib/contract/verdict.ts';
import { faceVerdict, pictureVerdict } from '../../lib/processing/verdicts.ts';
import { processedResult } from '../suites/records/fixtures.ts';

const [face] = processedResult().faces as [DetectedFace];
const [match] = face.blacklist_matches;

/** Makes a face with so many matches and near misses. */
function faceOf(matches: number, near: number, reasons: readonly QualityReason[] = []): DetectedFace {
  const found = {
    blacklist_matches: Array.from({ length: matches }, () => match).filter((one) => one !== undefined),
    near_misses: Array.from({ length: near }, () => match).filter((one) => one !== undefined),
  };
  return { ...face, ...found, ...faceVerdict(found, reasons) };
}

describe('a verdict', () => {
  it.each([
    [faceOf(1, 1, ['LOW_BRIGHTNESS']), 'match'],
    [faceOf(0, 1, ['LOW_BRIGHTNESS']), 'possible'],
    [faceOf(0, 0, ['LOW_BRIGHTNESS']), 'cannot_tell'],
    [faceOf(0, 0), 'no_match'],
  ])('on a face of case %# is the gravest that holds', (judged, verdict) => {
    expect(judged.verdict).toBe(verdict);
  });

  it('on a picture is that of its gravest face, with the reasons of all', () => {
    const poor = faceOf(0, 0, ['LOW_SHARPNESS', 'SMALL_BOUNDING_BOX']);
    expect(pictureVerdict([faceOf(0, 0), poor])).toEqual({
      verdict: 'cannot_tell',
      verdict_reasons: ['LOW_SHARPNESS', 'SMALL_BOUNDING_BOX'],
    });
    expect(pictureVerdict([poor, faceOf(0, 1)]).verdict).toBe('possible');
    expect(pictureVerdict([faceOf(0, 1), faceOf(1, 0), poor]).verdict).toBe('match');
    expect(pictureVerdict([faceOf(0, 0)])).toEqual({ verdict: 'no_match', verdict_reasons: [] });
  });

  it('on a picture without a face is no all-clear', () => {
    expect(pictureVerdict([])).toEqual({ verdict: 'cannot_tell', verdict_reasons: ['NO_FACE_FOUND'] });
  });
});
