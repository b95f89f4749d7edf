import { setTimeout as delay } from 'node:timers/promises';
import { type Frame, type FrameSource, SourceError } from './port.ts';

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
/** A source that gave frames for so long was well, and is opened again soon. */
const wellAfterMs = 10_000;

export interface KeptSource {
  /** Makes the source anew: each is open once. */
  readonly open: () => FrameSource;
  /** Is told that the source is being opened. */
  readonly onOpening: (source: FrameSource) => void;
  /** Is told why it gives no frames. */
  readonly onDown: (error: SourceError) => void;
  /** Milliseconds of the first pause. */
  readonly firstPauseMs?: number;
}

/** Gives the frames of a source, and opens it again after pauses when it breaks off, until the signal. */
export async function* keepOpen(source: KeptSource, signal: AbortSignal): AsyncGenerator<Frame, void> {
  let failures = 0;
  while (!signal.aborted) {
    const opened = source.open();
    source.onOpening(opened);
    let since: number | undefined;
    let error: SourceError;
    try {
      for await (const frame of opened.frames(signal)) {
        since ??= performance.now();
        yield frame;
      }
      error = new SourceError('It ended the stream.');
    } catch (thrown) {
      error =
        thrown instanceof SourceError ? thrown : new SourceError('It could not be read.', { cause: thrown });
    }
    if (signal.aborted) return;
    source.onDown(error);
    const wasWell = since !== undefined && performance.now() - since > wellAfterMs;
    failures = wasWell ? 0 : failures + 1;
    const pause = pauseMs(failures, error.isRefused, source.firstPauseMs ?? firstPauseMs);
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
}

/** A camera that refuses a password often locks the account after a few tries. */
function pauseMs(failures: number, isRefused: boolean, first: number): number {
  if (isRefused) return longestPauseMs;
  const longest = Math.min(longestPauseMs, first * 2 ** Math.max(0, failures - 1));
  return longest * (0.75 + Math.random() / 4);
}
