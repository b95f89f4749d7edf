import type { Context } from 'aws-lambda';
import { type SweepReport, sweep, sweepAgeMs } from '../lib/blacklist/sweep.ts';
import { log } from '../lib/http/log.ts';
import { claimedStores } from '../lib/ports.ts';

/** What was begun may end, and the report be written, before the function's own time is up. */
const reserveMs = 60_000;

/** Runs on a schedule, one at a time. What it does not reach in its time is left to the next run. */
export async function handler(
  _event: unknown,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SweepReport> {
  const stop = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - reserveMs));
  const report = await sweep(await claimedStores(), new Date(Date.now() - sweepAgeMs), stop);
  const isWell = report.failed === 0 && report.damaged === 0;
  log()[isWell ? 'info' : 'warn'](report, 'sweep');
  return report;
}
