import type { DetectedFace, ImageProcessingResult } from '../contract/shapes.ts';
import type { QualityReason, Verdict, VerdictReason } from '../contract/verdict.ts';

type Verdicts = Pick<ImageProcessingResult, 'verdict' | 'verdict_reasons'>;

/** Returns the verdict on a face. Poor quality makes no match doubtful, and a match is never hidden by it. */
export function faceVerdict(
  face: Pick<DetectedFace, 'blacklist_matches' | 'near_misses'>,
  reasons: readonly QualityReason[],
): Pick<DetectedFace, 'verdict' | 'verdict_reasons'> {
  return { verdict: verdictOf(face, reasons), verdict_reasons: [...reasons] };
}

function verdictOf(
  { blacklist_matches, near_misses }: Pick<DetectedFace, 'blacklist_matches' | 'near_misses'>,
  reasons: readonly QualityReason[],
): Verdict {
  if (blacklist_matches.length > 0) return 'match';
  if (near_misses && near_misses.length > 0) return 'possible';
  return reasons.length > 0 ? 'cannot_tell' : 'no_match';
}

/** Verdict on a picture that was not processed. */
export const notProcessed: Verdicts = { verdict: 'cannot_tell', verdict_reasons: ['NOT_PROCESSED'] };

/** Returns the verdict on a picture: the gravest of its faces'. One without faces is no all-clear. */
export function pictureVerdict(faces: readonly DetectedFace[]): Verdicts {
  if (faces.length === 0) return { verdict: 'cannot_tell', verdict_reasons: ['NO_FACE_FOUND'] };
  const gravest = (['match', 'possible', 'cannot_tell'] as const).find((verdict) =>
    faces.some((face) => face.verdict === verdict),
  );
  const reasons = new Set<VerdictReason>(faces.flatMap(({ verdict_reasons }) => verdict_reasons ?? []));
  return { verdict: gravest ?? 'no_match', verdict_reasons: [...reasons] };
}
