import { randomUUID } from 'node:crypto';
import { encodeJpeg } from '../processing/render.ts';
import type { Judge, WatchedTrack } from './judge.ts';
import { type Inquiry, isWorthAsking } from './remote-judge.ts';
import type { QueuedShot } from './shot-queue.ts';

export interface SendingJudgeNeeds {
  readonly camera: string;
  readonly send: (shot: QueuedShot) => Promise<void>;
  /** Tells if the service has found somebody in a shot of the track. */
  readonly hasMatched: (track: string) => boolean;
}

/**
 * Has a service elsewhere judge: it is sent the best shot, and a much better one at the end if nobody was
 * found by then. The line may be lost, so nothing waits for its answer, and nobody is told here.
 */
export function sendingJudge({ camera, send, hasMatched }: SendingJudgeNeeds): Judge {
  const known = new WeakMap<WatchedTrack, Inquiry>();
  return {
    async judge(track, phase) {
      const inquiry = known.get(track) ?? { questions: 0, quality: 0, judgement: undefined };
      known.set(track, inquiry);
      const [best] = track.looks;
      const shot = best?.extra.shot;
      if (!shot || hasMatched(track.id) || !isWorthAsking(track, inquiry, phase)) return undefined;
      const picture = Buffer.from(await encodeJpeg(shot)).toString('base64');
      await send({ id: randomUUID(), camera, track: track.id, at: Date.now(), picture });
      inquiry.questions++;
      inquiry.quality = best.quality;
      return undefined;
    },
  };
}
