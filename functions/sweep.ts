import type { Context } from 'aws-lambda';
import { meter } from '#metrics';
import { auditedSince } from '../lib/audit/kept.ts';
import { asService } from '../lib/audit/scope.ts';
import { expiredBefore, sweepAgeMs } from '../lib/blacklist/interrupted.ts';
import { normalizeNames } from '../lib/blacklist/normalize-names.ts';
import { finishInterrupted, type SweepReport, type SweepTask, sweep } from '../lib/blacklist/sweep.ts';
import { functionDeadline } from '../lib/deadline.ts';
import { loadConfig } from '../lib/load-config.ts';
import { log } from '../lib/log.ts';
import { forgetFaces } from '../lib/processing/forget-faces.ts';
import { isClockSteady, retain } from '../lib/processing/retention.ts';
import { eachPart } from '../lib/service/each-part.ts';
import { audit, claimedStores, keptAnswers, leftovers, pictureSlots, stores } from '../lib/wiring/open.ts';

/** Time that is kept back to end the step that is under way and to write the report. */
const reserveMs = 60_000;

/** The first run of a new version also brings the data of earlier versions up to date. */
let isFirstRun = true;

/** The event of the schedule; `removeUnknown` is for somebody who has decided so, see `sweep`. */
export interface SweepEvent {
  readonly task: SweepTask;
  readonly removeUnknown?: boolean;
}

/** Runs the sweep on a schedule. The next run does what this one has no time for. */
export function handler(
  event: SweepEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SweepReport> {
  return asService('sweep', () => run(event, context));
}

async function run(
  { task, removeUnknown }: SweepEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SweepReport> {
  const started = performance.now();
  const config = loadConfig();
  const olderThan = new Date(Date.now() - sweepAgeMs);
  const stop = functionDeadline(context).before(reserveMs).signal;
  // Asked before the retention notes this round. After a jump of the clock, nothing is old by it alone.
  const isSteady = await isClockSteady(await stores()).catch(() => false);
  const slots = { pictureSlots: await pictureSlots() };
  const { results, errors } = await eachPart({
    names: async () => {
      if (isFirstRun || task === 'compare') await normalizeNames(await stores());
      isFirstRun = false;
    },
    sweep: async () => {
      const report =
        task === 'finish'
          ? await finishInterrupted({ ...(await stores()), ...slots }, olderThan)
          : await sweep(
              { ...(await claimedStores()), ...slots },
              olderThan,
              stop,
              isSteady ? expiredBefore(config) : undefined,
              removeUnknown,
            );
      const isWell = report.failed === 0 && report.damaged === 0;
      log()[isWell ? 'info' : 'warn']({ ...report }, 'sweep');
      return report;
    },
    retention: async () => {
      const { records, images } = await stores();
      const retained = await retain({ records, images, leftovers: await leftovers() }, config, { stop });
      log().info({ retained }, 'retention');
    },
    keptFaces: async () => {
      if (!isSteady) return;
      const forgotten = await forgetFaces(await stores(), { stop });
      if (forgotten > 0) log().info({ forgotten }, 'kept faces');
    },
    answers: async () => (isSteady ? (await keptAnswers()).removeExpired() : undefined),
    audit: async () => {
      if (isSteady && task === 'compare') await (await audit()).removeBefore(auditedSince(config));
    },
  });
  // Lambda counts the failure, and the alarm rings.
  if (errors.length > 0 || !results.sweep) throw errors[0];
  meter.ended('sweep', (performance.now() - started) / 1000);
  return results.sweep;
}
