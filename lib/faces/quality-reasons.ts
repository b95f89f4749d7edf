import type { QualityReason } from '../contract/verdict.ts';

export type { QualityReason } from '../contract/verdict.ts';

/** Reasons in words that follow "is". */
export const reasonWords: Readonly<Record<QualityReason, string>> = {
  EXTREME_POSE: 'turned too far to the side',
  LOW_BRIGHTNESS: 'too dark',
  LOW_CONFIDENCE: 'too unclear to be sure that it is one',
  LOW_FACE_QUALITY: 'of too low a quality',
  LOW_SHARPNESS: 'too blurred',
  SMALL_BOUNDING_BOX: 'too small',
};

/** Writes a sentence about why a picture's largest face was refused. */
export function refusalWords(reasons: readonly QualityReason[], faceCount: number): string {
  const subject = faceCount > 1 ? 'The largest face' : 'The face';
  const words = reasons.map((reason) => reasonWords[reason]);
  return `${subject} ${words.length > 0 ? `is ${conjunction(words)}` : 'cannot be used'}.`;
}

/** Joins words. The format is made at its use, because making the first one takes a while. */
function conjunction(words: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(words);
}
