import { setTimeout as sleep } from 'node:timers/promises';
import { type MeantFailure, meaningOf } from './failures.ts';

const firstPauseMs = 100;
const maxPauseMs = 1_000;

/**
 * Makes a call that needs something that was just made: a face of `IndexFaces`, or a new collection. The
 * service may not know it yet, because its reads are eventually consistent. So a call that fails for that
 * reason is made again, after pauses that become longer, until the time is over.
 * @param unknown meaning of the failure that may pass
 * @param limitMs time after which it is not made again
 * @param call makes the call; it may keep to the milliseconds that are left
 * @throws the error of the last call
 */
export async function onceKnown<Output>(
  unknown: MeantFailure,
  limitMs: number,
  call: (leftMs: number) => Promise<Output>,
): Promise<Output> {
  const end = performance.now() + limitMs;
  for (let pause = firstPauseMs; ; pause = Math.min(maxPauseMs, 2 * pause)) {
    try {
      return await call(end - performance.now());
    } catch (error) {
      if (meaningOf(error) !== unknown || performance.now() + pause >= end) throw error;
      await sleep(pause);
    }
  }
}
