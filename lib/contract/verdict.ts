import * as z from 'zod';

export const verdicts = ['match', 'possible', 'no_match', 'cannot_tell'] as const;
export type Verdict = (typeof verdicts)[number];

/** Reasons for which a face may be judged wrongly, in Rekognition's terms. */
export const qualityReasonNames = [
  'EXTREME_POSE',
  'LOW_BRIGHTNESS',
  'LOW_CONFIDENCE',
  'LOW_FACE_QUALITY',
  'LOW_SHARPNESS',
  'SMALL_BOUNDING_BOX',
] as const;
export type QualityReason = (typeof qualityReasonNames)[number];

/** Reasons why a face, or a whole picture, could not be judged. */
export const verdictReasonNames = [...qualityReasonNames, 'NO_FACE_FOUND', 'NOT_PROCESSED'] as const;
export type VerdictReason = (typeof verdictReasonNames)[number];

export const VerdictField = z
  .enum(verdicts)
  .nullable()
  .describe(
    '`possible`: only a near miss. `cannot_tell`: nobody matched, but the face or picture is too poor to say so. Only `no_match` is an all-clear. Null in results of before it was told.',
  );
export const VerdictReasons = z
  .array(z.enum(verdictReasonNames))
  .nullable()
  .describe(
    'Why the verdict is unsure: what the quality gate finds, NO_FACE_FOUND, or NOT_PROCESSED where `error` says why. Empty where nothing is.',
  );
