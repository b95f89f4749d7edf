import type { Context } from 'aws-lambda';
import { meter } from '#metrics';
import { auditedSince } from '../lib/audit/kept.ts';
import { asService } from '../lib/audit/scope.ts';
import { expiredBefore, sweepAgeMs } from '../lib/blacklist/interrupted.ts';
import { normalizeNames } from '../lib/blacklist/normalize-names.ts';
import { finishInterrupted, type SweepReport, type SweepTask, sweep } from '../lib/blacklist/sweep.ts';
import { loadConfig } from '../lib/config.ts';
import { functionDeadline } from '../lib/deadline.ts';
import { log } from '../lib/log.ts';
import { retain } from '../lib/processing/retention.ts';
import { audit, claimedStores, keptAnswers, leftovers, pictureSlots, stores } from '../lib/wiring/open.ts';

/** Time that is kept back to end the step that is under way and to write the report. */
const reserveMs = 60_000;

/** The first run of a new version also brings the data of earlier versions up to date. */
let isFirstRun = true;

/** Runs the sweep on a schedule. The next run does what this one has no time for. */
export function handler(
  event: { readonly task: SweepTask },
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SweepReport> {
  return asService('sweep', () => run(event, context));
}

async function run(
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
      : await sweep({ ...(await claimedStores()), ...slots }, olderThan, stop, expiredBefore(loadConfig()));
  const { records, images } = await stores();
  const retained = await retain({ records, images, leftovers: await leftovers() }, loadConfig(), { stop });
  await (await keptAnswers()).removeExpired();
  if (task === 'compare') await (await audit()).removeBefore(auditedSince(loadConfig()));
  const isWell = report.failed === 0 && report.damaged === 0;
  log()[isWell ? 'info' : 'warn']({ ...report, retained }, 'sweep');
  meter.ended('sweep', (performance.now() - started) / 1000);
  return report;
}
