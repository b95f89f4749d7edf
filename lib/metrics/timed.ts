import { meter } from '#metrics';
import type { Stage } from './port.ts';

/** Runs `work` and reports its duration to the meter, unless it fails. */
export async function timed<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  meter.passed(stage, (performance.now() - started) / 1000);
  return result;
}
