import type { Context } from 'aws-lambda';
import { meter } from '#metrics';
import { sweepAgeMs } from '../lib/blacklist/interrupted.ts';
import { normalizeNames } from '../lib/blacklist/normalize-names.ts';
import { finishInterrupted, type SweepReport, type SweepTask, sweep } from '../lib/blacklist/sweep.ts';
import { loadConfig } from '../lib/config.ts';
import { functionDeadline } from '../lib/deadline.ts';
import { log } from '../lib/log.ts';
import { retain } from '../lib/processing/retention.ts';
import { claimedStores, leftovers, pictureSlots, stores } from '../lib/wiring/open.ts';

/** What was begun may end, and the report be written, before the function's own time is up. */
const reserveMs = 60_000;

/** A new version's first run sees to what the one before it kept. */
let isFirstRun = true;

/** Runs on a schedule. What it does not reach in its time is left to the next run. */
export async function handler(
  { task }: { readonly task: SweepTask },
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SweepReport> {
  const started = performance.now();
  const olderThan = new Date(Date.now() - sweepAgeMs);
  const stop = functionDeadline(context).before(reserveMs).signal;
  if (isFirstRun || task === 'compare') await normalizeNames(await stores());
  isFirstRun = false;
  const slots = { pictureSlots: await pictureSlots() };
  const report =
    task === 'finish'
      ? await finishInterrupted({ ...(await stores()), ...slots }, olderThan)
      : await sweep({ ...(await claimedStores()), ...slots }, olderThan, stop);
  const { records, images } = await stores();
  const retained = await retain({ records, images, leftovers: await leftovers() }, loadConfig(), { stop });
  const isWell = report.failed === 0 && report.damaged === 0;
  log()[isWell ? 'info' : 'warn']({ ...report, retained }, 'sweep');
  meter.ended('sweep', (performance.now() - started) / 1000);
  return report;
}
