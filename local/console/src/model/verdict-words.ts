import type { ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import type { VerdictReason } from '../../../../lib/contract/verdict.ts';
import {
  type Comparison,
  hitsOf,
  isRejected,
  judgePicture,
  type PictureVerdict,
  reviewOf,
} from './verdicts.ts';
import { count } from './words.ts';

/** Verdicts in words: what was found, and what to do now. */

const list = new Intl.ListFormat('en', { type: 'conjunction' });

interface Advice {
  readonly fault: string;
  readonly remedy: string;
}

const advice: Readonly<Record<VerdictReason, Advice>> = {
  EXTREME_POSE: {
    fault: 'The face is turned too far to the side.',
    remedy: 'Take another picture from the front.',
  },
  LOW_BRIGHTNESS: {
    fault: 'The face is too dark.',
    remedy: 'Put light on the face and take another picture.',
  },
  LOW_CONFIDENCE: {
    fault: 'It can hardly be made out as a face.',
    remedy: 'Show the whole face with nothing before it.',
  },
  LOW_FACE_QUALITY: {
    fault: 'The face is of too low a quality.',
    remedy: 'Take a sharper picture from nearer.',
  },
  LOW_SHARPNESS: {
    fault: 'The face is too blurred.',
    remedy: 'Hold still, wipe the lens, and take another picture.',
  },
  SMALL_BOUNDING_BOX: { fault: 'The face is too small.', remedy: 'Go nearer and take another picture.' },
  NO_FACE_FOUND: {
    fault: 'No face was found.',
    remedy: 'Show the whole face from the front, in good light, and take another picture.',
  },
  NOT_PROCESSED: { fault: 'The picture was not judged.', remedy: 'Check it again.' },
};

const ofEarlierVersion =
  'Nobody matched, but an earlier version checked the picture, which did not tell if it could be judged.';

/** Tells why a face could not be judged. */
export function faultsOf(reasons: readonly VerdictReason[]): string {
  return reasons.length === 0 ? ofEarlierVersion : reasons.map((reason) => advice[reason].fault).join(' ');
}

/** Tells what to do about a face that could not be judged. */
export function remedyOf(reasons: readonly VerdictReason[]): string {
  return reasons.length === 0 ? 'Check it again.' : advice[reasons[0] ?? 'NOT_PROCESSED'].remedy;
}

export type Tone = 'match' | 'possible' | 'cannot-tell' | 'clear';

export interface Headline {
  readonly tone: Tone;
  readonly text: string;
  readonly detail: string;
}

/** Returns the verdict on a picture in a line, with the tone that it is shown in. */
export function headlineOf(
  result: Pick<ImageProcessingResult, 'faces' | 'error' | 'verdict_reasons'>,
): Headline {
  if (result.error !== null) {
    return { tone: 'cannot-tell', text: 'Cannot tell', detail: result.error };
  }
  const verdict = judgePicture(result);
  const hits = hitsOf(verdict);
  const open = hits.map(({ comparison }) => comparison).filter((comparison) => !isRejected(comparison));
  if (open.length > 0) return hitHeadline(open);
  if (hits.length > 0) {
    const names = namesOf(hits.map(({ comparison }) => comparison));
    return {
      tone: 'cannot-tell',
      text: `Rejected: not ${list.format(names)}`,
      detail: 'Somebody has looked.',
    };
  }
  return restHeadline(verdict, result.verdict_reasons ?? []);
}

function hitHeadline(open: readonly Comparison[]): Headline {
  const matches = open.filter(({ likeness }) => likeness === 'match');
  if (matches.length === 0) {
    return {
      tone: 'possible',
      text: `Possible: ${list.format(namesOf(open))}`,
      detail: 'Alike, but not enough for a match. Compare the faces.',
    };
  }
  const isConfirmed = matches.every((match) => reviewOf(match)?.verdict === 'confirmed');
  const isDanger = matches.some(({ entry }) => entry.severity === 'danger');
  return {
    tone: 'match',
    text: `${isDanger ? 'Danger. ' : ''}${isConfirmed ? 'Confirmed' : 'Match'}: ${list.format(namesOf(matches))}`,
    detail: isConfirmed ? 'Somebody has looked.' : 'Compare the faces before you act.',
  };
}

function restHeadline({ kind, faces }: PictureVerdict, reasons: readonly VerdictReason[]): Headline {
  if (kind === 'no_match') {
    return {
      tone: 'clear',
      text: 'No match',
      detail: `${count(faces.length, 'face')} judged: nobody who is listed.`,
    };
  }
  const unclear = faces.filter((face) => face.kind === 'cannot_tell');
  const told = unclear[0]?.reasons ?? (reasons.length > 0 ? reasons : (['NO_FACE_FOUND'] as const));
  const which = faces.length > 1 ? `${unclear.length} of ${faces.length} faces: ` : '';
  return {
    tone: 'cannot-tell',
    text: 'Cannot tell',
    detail: `${which}${faultsOf(told)} ${remedyOf(told)}`,
  };
}

export function namesOf(comparisons: readonly Comparison[]): string[] {
  return [...new Set(comparisons.map(({ entry }) => entry.name))];
}
