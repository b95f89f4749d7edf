import { setTimeout as delay } from 'node:timers/promises';

/** Waits until files that were listed before count as completely written. */
export function settle(): Promise<void> {
  return delay(2_100);
}
