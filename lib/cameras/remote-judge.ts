import type { KnownFaceMatch } from '../faces/comparing.ts';
import type { FaceBackend } from '../faces/port.ts';
import { encodeJpeg } from '../processing/render.ts';
import type { Phase, TrackMatch } from './decide.ts';
import type { Judge, Judgement, WatchedTrack } from './judge.ts';

/** Looks before the first question: the best of three is a good one. */
const looksBeforeAsking = 3;
/** Quality by which the best look must have become better for a second question. */
const betterBy = 0.3;
const mostQuestions = 2;

/** Questions about a track so far. */
export interface Inquiry {
  questions: number;
  quality: number;
  judgement: Judgement | undefined;
}

/**
 * Judges by a service that takes money for each question. It is asked with the best shot, and a second time
 * at the end if nobody matched and a much better one has come.
 */
export function askingJudge(match: NonNullable<FaceBackend['matchFace']>, threshold: number | null): Judge {
  const known = new WeakMap<WatchedTrack, Inquiry>();

  async function ask(track: WatchedTrack, inquiry: Inquiry): Promise<void> {
    const [best] = track.looks;
    const shot = best?.extra.shot;
    if (!best || !shot) return;
    // A question that fails counts: whoever is down or throttles must not be asked more often for it.
    inquiry.questions++;
    const picture = { ...shot, original: await encodeJpeg(shot), format: 'jpeg' } as const;
    const found = await match(picture, shot.area, threshold === null ? {} : { threshold });
    // After a failure the second question is asked however good the best look is.
    inquiry.quality = best.quality;
    inquiry.judgement = judgementOf(found);
  }

  return {
    async judge(track, phase) {
      const inquiry = known.get(track) ?? { questions: 0, quality: 0, judgement: undefined };
      known.set(track, inquiry);
      if (isWorthAsking(track, inquiry, phase)) await ask(track, inquiry);
      return inquiry.judgement;
    },
  };
}

/** Tells if a further question about a track may find somebody whom the last one did not. */
export function isWorthAsking(
  { looks }: WatchedTrack,
  { questions, quality, judgement }: Inquiry,
  phase: Phase,
): boolean {
  const [best] = looks;
  if (!best || (judgement?.entries.length ?? 0) > 0) return false;
  if (questions === 0) return phase === 'end' || looks.length >= looksBeforeAsking;
  return questions < mostQuestions && phase === 'end' && best.quality > quality + betterBy;
}

function judgementOf({ matches, hasGallery: _, ...used }: KnownFaceMatch): Judgement {
  const byEntry = Map.groupBy(matches, ({ entryId }) => entryId);
  const entries = [...byEntry].map(
    ([entryId, own]): TrackMatch => ({ entryId, matchedLooks: 1, matches: own }),
  );
  return { ...used, entries };
}
