import type { AuditTarget } from '../../audit/scope.ts';
import { erasedText } from '../../contract/erased.ts';
import type { ReviewEvent } from '../../contract/match-event.ts';
import type { Review, ReviewState, ReviewVerdict, SingleReview } from '../../contract/review.ts';
import { reviewVerdicts } from '../../contract/review.ts';
import type { BlacklistMatch, ImageProcessingResult } from '../../contract/shapes.ts';
import { dayMs } from '../../days.ts';
import { RequestInvalidError } from '../../errors.ts';
import type { NewReview, TallyKey } from '../processed.ts';

/** A match of a picture with its reviews, as the stores keep it. */
export interface ReviewedMatch extends Review {
  readonly faceIndex: number;
  readonly entryId: number;
}

/** States of a picture of which no match is open. It is `erased` if nobody judged them before they were. */
export const decidedStates = [...reviewVerdicts, 'erased'] as const;
export type DecidedState = (typeof decidedStates)[number];

/** Effects of a review. */
export interface ReviewChange {
  /** Reviews of all matches of the picture. */
  readonly matches: readonly ReviewedMatch[];
  /** State of the picture, see `stateOf`. */
  readonly state: DecidedState | undefined;
  /** Match whose reviews changed. */
  readonly changed: ReviewedMatch;
  /** Count that loses a match with one verdict, and gains one with another; near misses have none. */
  readonly tally:
    | (TallyKey & { readonly lost: ReviewVerdict | undefined; readonly gained: ReviewVerdict | undefined })
    | undefined;
  readonly event: ReviewEvent;
}

/** Tells the audit trail who was judged how. A record keeps the newest verdict of a person alone. */
export function reviewTarget(pictureId: number, { entryId, faceIndex, verdict }: NewReview): AuditTarget {
  return { pictureId, entryId, detail: `face ${faceIndex}: ${verdict}` };
}

type Result = Pick<ImageProcessingResult, 'faces' | 'db_id' | 'processing_timestamp'>;
/** Days for which counts are kept. */
export const keptTallyDays = 90;

/**
 * Computes the effects of a review; `undefined` if the same person has said the same before.
 * @param before reviews of the picture's matches so far
 * @throws RequestInvalidError when the picture has no such match or near miss
 */
export function reviewChange(
  result: Result,
  before: readonly ReviewedMatch[],
  review: NewReview,
  reviewers: 1 | 2,
  eventId: string,
): ReviewChange | undefined {
  const match = requireMatch(result, review);
  const isSame = (one: ReviewedMatch) => one.faceIndex === review.faceIndex && one.entryId === review.entryId;
  const known = before.find(isSame);
  const { actor, verdict, note } = review;
  const own = known?.reviews.find((one) => one.actor === actor);
  if (own && own.verdict === verdict && own.note === note) return undefined;
  const at = new Date().toISOString();
  const reviews = [
    ...(known?.reviews ?? []).filter((one) => one.actor !== actor),
    { actor, verdict, note, at },
  ];
  const { faceIndex, entryId } = review;
  const changed = { faceIndex, entryId, verdict: verdictOf(reviews, reviewers), reviews };
  const matches = [...before.filter((one) => !isSame(one)), changed];
  const [lost, gained] = [decided(known?.verdict), decided(changed.verdict)];
  return {
    matches,
    state: stateOf(result, matches),
    changed,
    tally: match.isNear || lost === gained ? undefined : { ...tallyKey(result, match.match), lost, gained },
    event: {
      type: 'match.reviewed',
      timestamp: at,
      data: {
        review_id: eventId,
        db_id: result.db_id ?? 0,
        face_index: faceIndex,
        entry_id: entryId,
        given: verdict,
        verdict: changed.verdict,
      },
    },
  };
}

/** Returns the answer with the reviews of its matches. */
export function withReviews(
  result: ImageProcessingResult,
  reviewed: readonly ReviewedMatch[],
): ImageProcessingResult {
  if (reviewed.length === 0) return result;
  const faces = result.faces.map((face) => {
    const show = <Match extends BlacklistMatch>(match: Match): Match => {
      const found = reviewed.find(
        ({ faceIndex, entryId }) => faceIndex === face.face_index && entryId === match.entry.id,
      );
      return found ? { ...match, review: { verdict: found.verdict, reviews: found.reviews } } : match;
    };
    const near_misses = face.near_misses?.map(show) ?? null;
    return { ...face, blacklist_matches: face.blacklist_matches.map(show), near_misses };
  });
  return { ...result, faces };
}

/** Returns the reviews of a picture without what people wrote about an erased entry; verdicts stay. */
export function redactedReviews(reviewed: readonly ReviewedMatch[], entryId: number): ReviewedMatch[] {
  return reviewed.map((one) =>
    one.entryId === entryId
      ? { ...one, reviews: one.reviews.map((review) => ({ ...review, note: null })) }
      : one,
  );
}

/**
 * Computes what counts. One reviewer's latest verdict counts at once. With two, at least two people must have
 * judged; most votes count, and a tie is `unsure`.
 */
export function verdictOf(reviews: readonly SingleReview[], reviewers: 1 | 2): ReviewState {
  const latest = reviews.at(-1);
  if (!latest || reviews.length < reviewers) return 'open';
  if (reviewers === 1) return latest.verdict;
  const votes = reviewVerdicts.map((verdict) => ({
    verdict,
    count: reviews.filter((one) => one.verdict === verdict).length,
  }));
  const [first, second] = votes.sort((one, other) => other.count - one.count);
  return first && first.count > (second?.count ?? 0) ? first.verdict : 'unsure';
}

/**
 * Computes the state of a picture; `undefined` while any match is open, or if it has none. Nobody can judge a
 * match any more whose entry was erased.
 */
export function stateOf(
  { faces }: Pick<Result, 'faces'>,
  reviewed: readonly ReviewedMatch[],
): DecidedState | undefined {
  const verdicts = new Map(
    reviewed.map(({ faceIndex, entryId, verdict }) => [`${faceIndex} ${entryId}`, verdict]),
  );
  const verdictOn = (faceIndex: number, { entry, identity }: BlacklistMatch) => {
    const verdict = verdicts.get(`${faceIndex} ${entry.id}`) ?? 'open';
    return verdict === 'open' && identity === erasedText ? 'erased' : verdict;
  };
  const states = new Set(
    faces.flatMap(({ face_index, blacklist_matches }) =>
      blacklist_matches.map((match) => verdictOn(face_index, match)),
    ),
  );
  if (states.has('open')) return undefined;
  return (['confirmed', 'unsure', 'rejected', 'erased'] as const).find((state) => states.has(state));
}

function decided(state: ReviewState | undefined): ReviewVerdict | undefined {
  return state === 'open' ? undefined : state;
}

/** Returns the key of a match's count. The day is that of the picture, so it never changes. */
function tallyKey({ processing_timestamp }: Result, match: BlacklistMatch): TallyKey {
  const { model, similarity_metric: metric, threshold, entry } = match;
  return { day: dayOf(new Date(processing_timestamp ?? 0)), entryId: entry.id, model, metric, threshold };
}

/** Returns the number of a day (UTC) since 1970. */
export function dayOf(time: Date): number {
  return Math.floor(time.getTime() / dayMs);
}

/** @throws RequestInvalidError */
function requireMatch(
  { faces }: Result,
  { faceIndex, entryId }: NewReview,
): { readonly match: BlacklistMatch; readonly isNear: boolean } {
  const face = faces.find(({ face_index }) => face_index === faceIndex);
  if (!face) throw unknownMatch('face_index', 'The picture has no such face');
  const isOfEntry = ({ entry }: BlacklistMatch) => entry.id === entryId;
  const match = face.blacklist_matches.find(isOfEntry);
  const found = match ?? face.near_misses?.find(isOfEntry);
  if (found?.identity === erasedText) {
    throw unknownMatch('entry_id', 'The entry was erased, and its matches are not judged any more');
  }
  if (found) return { match: found, isNear: !match };
  throw unknownMatch('entry_id', 'The face neither matched nor nearly matched this entry');
}

function unknownMatch(field: string, msg: string): RequestInvalidError {
  return new RequestInvalidError([{ loc: ['body', field], msg, type: 'value_error' }]);
}
