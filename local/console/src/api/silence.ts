import { ticks } from '../clock.ts';
import { UnreachableError } from './client.ts';
import { tokenQuestion } from './token.ts';

/** A line may fall silent without an end, such as behind a proxy or after a phone's sleep. */

/** Time between two signs of life that the service gives, and some more for the way. */
const lifeEveryMs = 22_000;
const silentMs = 45_000;
/** Time in which an answer begins. A dead line of before would hold it up for as long as a silent one. */
const beginMs = 15_000;
const lookEveryMs = 5_000;
/** Time in which a page that slept takes what came meanwhile. */
const wakingMs = 2_000;

/**
 * Does what waits for the service, and aborts it once nothing has come for too long. Somebody who comes back
 * to the page, or to the network, waits no longer than between two signs of life.
 *
 * @param work gets a signal that aborts it, and a function to call for each sign of life
 * @throws UnreachableError where nothing came; else what `work` throws
 */
export async function untilSilent<Answer>(
  signal: AbortSignal,
  work: (signal: AbortSignal, noteLife: () => void) => Promise<Answer>,
): Promise<Answer> {
  const silent = new AbortController();
  const done = new AbortController();
  let livedAt = ticks();
  let hasBegun = false;
  const endIfSilentFor = (ms: number) => {
    // The service waits for another token, not the page for the service.
    if (tokenQuestion.value === undefined && ticks() - livedAt > ms) silent.abort();
  };
  const comeBack = () => {
    if (document.visibilityState === 'visible') endIfSilentFor(hasBegun ? lifeEveryMs : beginMs);
  };
  const timer = setInterval(() => {
    const longest = hasBegun ? silentMs : beginMs;
    if (ticks() - livedAt > longest) setTimeout(() => endIfSilentFor(longest), wakingMs);
  }, lookEveryMs);
  document.addEventListener('visibilitychange', comeBack, { signal: done.signal });
  addEventListener('online', comeBack, { signal: done.signal });
  try {
    return await work(AbortSignal.any([signal, silent.signal]), () => {
      livedAt = ticks();
      hasBegun = true;
    });
  } catch (error) {
    throw silent.signal.aborted && !signal.aborted ? new UnreachableError() : error;
  } finally {
    clearInterval(timer);
    done.abort();
  }
}
