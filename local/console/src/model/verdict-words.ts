import type { ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import type { VerdictReason } from '../../../../lib/contract/verdict.ts';
import { list, timeOf } from '../format.ts';
import { texts } from '../texts.ts';
import {
  type Comparison,
  type FollowedEntry,
  hitsOf,
  isLapsed,
  isMatch,
  isStanding,
  judgePicture,
  type PictureVerdict,
  reviewOf,
  type Since,
} from './verdicts.ts';

/** Verdicts in words: what was found, and what to do now. */

/** Tells why a face could not be judged. */
export function faultsOf(reasons: readonly VerdictReason[]): string {
  const { ofEarlierVersion, advice } = texts.verdicts;
  return reasons.length === 0 ? ofEarlierVersion : reasons.map((reason) => advice[reason].fault).join(' ');
}

/** Tells what to do about a face that could not be judged. */
export function remedyOf(reasons: readonly VerdictReason[]): string {
  const { checkAgain, advice } = texts.verdicts;
  return reasons.length === 0 ? checkAgain : advice[reasons[0] ?? 'NOT_PROCESSED'].remedy;
}

export type Tone = 'match' | 'possible' | 'cannot-tell' | 'clear';

export interface Headline {
  readonly tone: Tone;
  readonly text: string;
  readonly detail: string;
  /** True if the detail is the service's own text, which is English. */
  readonly isByService?: boolean;
  /** Words of the page before such a text. */
  readonly lead?: string;
}

/** Headline of a comparison too, which is no search for listed people and so has tones of its own. */
export type BarHeadline = Omit<Headline, 'tone'> & { readonly tone: Headline['tone'] | 'same' | 'different' };

/** Returns the verdict on a picture in a line, with the tone that it is shown in. */
export function headlineOf(
  result: Pick<ImageProcessingResult, 'faces' | 'error' | 'verdict_reasons'>,
): Headline {
  if (result.error !== null) {
    return { tone: 'cannot-tell', text: texts.verdicts.cannotTell, detail: result.error, isByService: true };
  }
  const verdict = judgePicture(result);
  const hits = hitsOf(verdict);
  const open = hits.map(({ comparison }) => comparison).filter(isStanding);
  if (open.length > 0) return hitHeadline(open);
  const lapsed = hits.map(({ comparison }) => comparison).filter(isLapsed);
  if (lapsed.length > 0) return lapsedHeadline(lapsed);
  if (hits.length > 0) {
    const rejected = hits.map(({ comparison }) => comparison);
    return {
      tone: 'cannot-tell',
      text: texts.verdicts.rejected(list(namesOf(rejected))),
      detail: judgedBy(rejected),
    };
  }
  return restHeadline(verdict, result.verdict_reasons ?? []);
}

function lapsedHeadline(lapsed: readonly Comparison[]): Headline {
  const { noLongerInForce, lapsedSince } = texts.verdicts;
  return { tone: 'cannot-tell', text: noLongerInForce(list(namesOf(lapsed))), detail: lapsedSince };
}

function hitHeadline(open: readonly Comparison[]): Headline {
  const matches = open.filter(isMatch);
  if (matches.length === 0) {
    return {
      tone: 'possible',
      text: texts.verdicts.possible(list(namesOf(open))),
      detail: texts.verdicts.alikeButNotEnough,
    };
  }
  const isConfirmed = matches.every((match) => reviewOf(match)?.verdict === 'confirmed');
  const isDanger = matches.some(({ entry }) => entry.severity === 'danger');
  const { confirmed, match, compareFirst } = texts.verdicts;
  return {
    tone: 'match',
    text: (isConfirmed ? confirmed : match)(list(namesOf(matches)), isDanger),
    detail: isConfirmed ? judgedBy(matches) : compareFirst,
  };
}

/** Returns what to do now for whoever is shown no listed picture, and so can't compare. */
export function withoutComparing(detail: string): string {
  const { compareFirst, compareByOthers } = texts.verdicts;
  return detail === compareFirst ? compareByOthers : detail;
}

/** Tells who has said what counts, and when the last of them did. Others are not named. */
function judgedBy(comparisons: readonly Comparison[]): string {
  const reviews = comparisons.flatMap((comparison) => {
    const { verdict: counting, reviews = [] } = reviewOf(comparison) ?? {};
    return reviews.filter(({ verdict }) => verdict === counting);
  });
  const actors = [...new Set(reviews.map(({ actor }) => actor))];
  const latest = reviews
    .map(({ at }) => at)
    .toSorted()
    .at(-1);
  return latest === undefined ? '' : texts.verdicts.judgedBy(list(actors), timeOf(latest));
}

function restHeadline({ kind, faces }: PictureVerdict, reasons: readonly VerdictReason[]): Headline {
  if (kind === 'no_match') {
    return {
      tone: 'clear',
      text: texts.verdicts.noMatch,
      detail: texts.verdicts.facesJudged(faces.length),
    };
  }
  const unclear = faces.filter((face) => face.kind === 'cannot_tell');
  const shownReasons = unclear[0]?.reasons ?? (reasons.length > 0 ? reasons : (['NO_FACE_FOUND'] as const));
  const which = faces.length > 1 ? `${texts.verdicts.someFaces(unclear.length, faces.length)} ` : '';
  return {
    tone: 'cannot-tell',
    text: texts.verdicts.cannotTell,
    detail: `${which}${faultsOf(shownReasons)} ${remedyOf(shownReasons)}`,
  };
}

/** Tells what became of an entry since the picture was checked; undefined where nothing did. */
export function sinceWords({ since }: FollowedEntry): string | undefined {
  if (since === undefined) return undefined;
  const { sinceChanged } = texts.verdicts;
  const changed = list(since.fields.map((field) => texts.people.fields[field]));
  const words = [fateWords(since.force), changed && sinceChanged(changed)].filter(Boolean);
  return words.length === 0 ? undefined : words.join(' ');
}

function fateWords(force: Since['force']): string | undefined {
  const { sinceDeleted, sinceMoved, sinceOver, sinceEnded } = texts.verdicts;
  if (force === 'deleted') return sinceDeleted;
  if (force === 'moved') return sinceMoved;
  if (force === 'over') return sinceOver;
  return force === 'expired' ? sinceEnded : undefined;
}

export function namesOf(comparisons: readonly Comparison[]): string[] {
  return [...new Set(comparisons.map(({ entry }) => entry.name))];
}
