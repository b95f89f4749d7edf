import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';

type Wait = typeof timersPromises.setTimeout;
type SetTimeout = (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => NodeJS.Timeout;

/**
 * Lets all clocks and timers of this process go slower by a factor. A store on this machine, which does one
 * thing at a time, then answers as fast as one of AWS, seen from in here.
 */
export function slowDown(factor: number): void {
  const now = performance.now.bind(performance);
  const time = Date.now.bind(Date);
  const [started, startedAt] = [now(), time()];
  performance.now = () => started + (now() - started) / factor;
  Date.now = () => Math.round(startedAt + (time() - startedAt) / factor);
  const setTimeout = timers.setTimeout as SetTimeout;
  const slowed: SetTimeout = (callback, ms = 0, ...args) => setTimeout(callback, ms * factor, ...args);
  timers.setTimeout = slowed as typeof timers.setTimeout;
  globalThis.setTimeout = slowed as typeof globalThis.setTimeout;
  const wait = timersPromises.setTimeout;
  timersPromises.setTimeout = ((ms = 0, ...rest: unknown[]) =>
    (wait as (...args: unknown[]) => Promise<unknown>)(ms * factor, ...rest)) as Wait;
  syncBuiltinESMExports();
}
