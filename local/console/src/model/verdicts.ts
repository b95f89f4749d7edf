import { erasedText } from '../../../../lib/contract/erased.ts';
import type {
  BlacklistMatch,
  BlacklistRecord,
  DetectedFace,
  ImageProcessingResult,
} from '../../../../lib/contract/shapes.ts';
import type { Verdict as VerdictKind, VerdictReason } from '../../../../lib/contract/verdict.ts';
import { texts } from '../texts.ts';
import type { PersonValues } from './person.ts';

export type { Verdict as VerdictKind } from '../../../../lib/contract/verdict.ts';

/** Fate of an entry since a picture was checked, where a page follows that. */
export interface Since {
  /** `moved` into another entry, which is in force, or is `over`. */
  readonly force: 'listed' | 'suspended' | 'expired' | 'deleted' | 'moved' | 'over';
  /** Fields that have changed. */
  readonly fields: readonly (keyof PersonValues)[];
  /** The entry as it was then. */
  readonly before: BlacklistMatch['entry'];
  /** Entry into which it was merged, if that is in force. */
  readonly heir?: Pick<BlacklistRecord, 'expires_at'> | undefined;
}

export type FollowedEntry = BlacklistMatch['entry'] &
  Partial<Pick<BlacklistRecord, 'suspended'>> & { readonly since?: Since | undefined };

/** Comparison of a face with one listed person: the pictures that the service returned, best first. */
export interface Comparison {
  readonly entry: FollowedEntry;
  readonly best: BlacklistMatch;
  readonly references: readonly BlacklistMatch[];
  /** Likeness in the service's own judgement. */
  readonly likeness: 'match' | 'possible' | 'other';
}

export interface Verdict {
  readonly face: DetectedFace;
  readonly kind: VerdictKind;
  /** Best first. */
  readonly comparisons: readonly Comparison[];
  readonly reasons: readonly VerdictReason[];
}

/** Returns the service's own verdict on a face, with the people that it was compared with. */
export function judge(face: DetectedFace): Verdict {
  const { blacklist_matches: matches, near_misses: near, candidates, verdict_reasons: reasons } = face;
  const comparisons = [
    ...comparisonsOf(matches, 'match', []),
    ...comparisonsOf(near ?? [], 'possible', matches),
    ...comparisonsOf(candidates ?? [], 'other', [...matches, ...(near ?? [])]),
  ];
  return { face, kind: kindOf(face), comparisons, reasons: reasons ?? [] };
}

/** Groups by entry, without the entries that are known by others already. */
function comparisonsOf(
  given: readonly BlacklistMatch[],
  likeness: Comparison['likeness'],
  others: readonly BlacklistMatch[],
): Comparison[] {
  const known = new Set(others.map(({ entry }) => entry.id));
  const byEntry = Map.groupBy(
    given.filter(({ entry }) => !known.has(entry.id)),
    ({ entry }) => entry.id,
  );
  return [...byEntry.values()]
    .map((group) => group.toSorted((one, other) => one.distance - other.distance))
    .flatMap((references) => {
      const [best] = references;
      if (best === undefined) return [];
      // The notes stand in the first match that the service gives.
      const notes = references.find(({ entry }) => entry.notes)?.entry.notes ?? null;
      const entry = isRedacted(best) ? redacted(best.entry) : { ...best.entry, notes };
      return [{ entry, best, references, likeness }];
    })
    .sort((one, other) => one.best.distance - other.best.distance);
}

/** Returns true if the entry was taken out of the record, in which nobody can judge it any more. */
export const isRedacted = ({ identity }: BlacklistMatch) => identity === erasedText;

/** Names the entry in the page's language. */
function redacted(entry: BlacklistMatch['entry']): FollowedEntry {
  const named = { ...entry, name: texts.verdicts.erasedPerson };
  return { ...named, since: { force: 'deleted', fields: [], before: named } };
}

/** A record of an earlier version does not tell if its faces could be judged, and so gives no all-clear. */
function kindOf({ verdict, blacklist_matches, near_misses }: DetectedFace): VerdictKind {
  if (blacklist_matches.length > 0) return 'match';
  if (near_misses && near_misses.length > 0) return 'possible';
  return verdict ?? 'cannot_tell';
}

const gravity: readonly VerdictKind[] = ['match', 'possible', 'cannot_tell', 'no_match'];

export interface PictureVerdict {
  readonly kind: VerdictKind;
  /** Gravest first. */
  readonly faces: readonly Verdict[];
}

/** Returns the service's verdict on a picture: that on the gravest of its faces. */
export function judgePicture({ faces }: Pick<ImageProcessingResult, 'faces'>): PictureVerdict {
  const verdicts = faces
    .map(judge)
    .sort((one, other) => gravity.indexOf(one.kind) - gravity.indexOf(other.kind));
  return { kind: verdicts[0]?.kind ?? 'cannot_tell', faces: verdicts };
}

/** A face that matched or nearly matched a person. */
export interface Hit {
  readonly verdict: Verdict;
  readonly comparison: Comparison;
}

/** Lists who matched or nearly matched, gravest first. */
export function hitsOf({ faces }: PictureVerdict): Hit[] {
  return faces.flatMap((verdict) =>
    verdict.comparisons
      .filter(({ likeness }) => likeness !== 'other')
      .map((comparison) => ({ verdict, comparison })),
  );
}

export const reviewOf = ({ best }: Comparison) => best.review;

/** Returns true if people have said that it is somebody else. */
export const isRejected = (comparison: Comparison) => reviewOf(comparison)?.verdict === 'rejected';

/** Returns true if the entry was suspended, ended or deleted since the picture was checked. */
export function isLapsed({ entry: { since } }: Comparison): boolean {
  return since !== undefined && since.force !== 'listed' && since.force !== 'moved';
}

/** Returns true if the entry is gone for good. */
export const isDeleted = ({ since }: FollowedEntry) => since?.force === 'deleted';

/** Returns true if it may be somebody listed: nobody has said otherwise, and the entry is in force. */
export const isStanding = (comparison: Comparison) => !isRejected(comparison) && !isLapsed(comparison);

/** Returns true if it is a match, or a near miss of which people have said that it is the listed person. */
export const isMatch = (comparison: Comparison) =>
  comparison.likeness === 'match' || reviewOf(comparison)?.verdict === 'confirmed';

/**
 * Names the people who would match at another threshold. It can only tell of the people whom the service
 * returned: its own matches, and the near misses.
 * @param distance the largest that would be a match
 */
export function wouldMatch(verdicts: readonly Verdict[], distance: number): string[] {
  const names = verdicts.flatMap(({ comparisons }) =>
    comparisons.filter(({ best }) => best.distance <= distance).map(({ entry }) => entry.name),
  );
  return [...new Set(names)];
}

/** Returns a result with what people said of its matches, as the kept one tells, which has no notes. */
export function withReviews(
  result: ImageProcessingResult,
  reviewed: ImageProcessingResult,
): ImageProcessingResult {
  return withMatches(result, (match, { face_index }) => {
    const kept = reviewed.faces.find((face) => face.face_index === face_index);
    const known = [...(kept?.blacklist_matches ?? []), ...(kept?.near_misses ?? [])];
    const same = known.find(({ entry }) => entry.id === match.entry.id);
    return same ? { ...match, review: same.review } : match;
  });
}

/** Returns a result with what the list says of the same people in a later one. A near miss has no notes. */
export function withFacts(
  result: ImageProcessingResult,
  later: ImageProcessingResult,
): ImageProcessingResult {
  const hits = hitsOf(judgePicture(later)).map(({ comparison }) => comparison);
  return withMatches(result, (match) => {
    const same = hits.filter(({ entry }) => entry.id === match.entry.id);
    const known = same.find(({ likeness }) => likeness === 'match') ?? same[0];
    if (known === undefined) return match;
    const notes = known.likeness === 'match' ? known.entry.notes : match.entry.notes;
    return { ...match, entry: { ...known.entry, notes } };
  });
}

/** Changes the matches and near misses of a result. It is the same result if nothing differs. */
export function withMatches(
  result: ImageProcessingResult,
  change: (match: BlacklistMatch, face: DetectedFace) => BlacklistMatch,
): ImageProcessingResult {
  const faces = result.faces.map((face) => ({
    ...face,
    blacklist_matches: face.blacklist_matches.map((match) => change(match, face)),
    near_misses: face.near_misses?.map((match) => change(match, face)) ?? null,
  }));
  return JSON.stringify(faces) === JSON.stringify(result.faces) ? result : { ...result, faces };
}
