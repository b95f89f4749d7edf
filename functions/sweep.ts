import type { Context } from 'aws-lambda';
import { meter } from '#metrics';
import { sweepAgeMs } from '../lib/blacklist/broken-off.ts';
import { finishBrokenOff, type SweepReport, type SweepTask, sweep } from '../lib/blacklist/sweep.ts';
import { log } from '../lib/log.ts';
import { claimedStores, stores } from '../lib/wiring/open.ts';

/** What was begun may end, and the report be written, before the function's own time is up. */
const reserveMs = 60_000;

/** Runs on a schedule. What it does not reach in its time is left to the next run. */
export async function handler(
  { task }: { readonly task: SweepTask },
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SweepReport> {
  const started = performance.now();
  const olderThan = new Date(Date.now() - sweepAgeMs);
  const stop = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - reserveMs));
  const report =
    task === 'finish'
      ? await finishBrokenOff(await stores(), olderThan)
      : await sweep(await claimedStores(), olderThan, stop);
  const isWell = report.failed === 0 && report.damaged === 0;
  log()[isWell ? 'info' : 'warn'](report, 'sweep');
  meter.ended('sweep', (performance.now() - started) / 1000);
  return report;
}
