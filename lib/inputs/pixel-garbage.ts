import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Limit on the bytes of pixels that may wait for V8's own collection. A collection takes some 20 ms, the work
 * on so many pixels seconds.
 */
const maxUncollectedBytes = 100_000_000;

let bytesSinceCollection = 0;
let collect: (() => void) | undefined;

/**
 * Counts pixels that are about to be decoded, and frees those of earlier pictures before they become many. V8
 * hardly counts memory outside of its heap when it decides to collect: the pixels of three large pictures lay
 * beside the next one.
 */
export function makeRoomForPixels(bytes: number): void {
  if (bytesSinceCollection + bytes > maxUncollectedBytes) {
    collect ??= exposedCollector();
    collect();
    bytesSinceCollection = 0;
  }
  bytesSinceCollection += bytes;
}

/** Returns V8's collector, which a new context shows while a flag is set. */
function exposedCollector(): () => void {
  setFlagsFromString('--expose-gc');
  try {
    return runInNewContext('gc') as () => void;
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
