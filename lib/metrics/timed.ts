import { meter } from '#metrics';
import type { Stage } from './port.ts';

/** What the work gives; the meter is told how long it took, unless it failed. */
export async function timed<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  meter.passed(stage, (performance.now() - started) / 1000);
  return result;
}
