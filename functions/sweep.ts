import type { Context } from 'aws-lambda';
import { meter } from '#metrics';
import { asService } from '../lib/audit/scope.ts';
import type { SweepReport, SweepTask } from '../lib/blacklist/sweep.ts';
import { functionDeadline } from '../lib/deadline.ts';
import { loadConfig } from '../lib/load-config.ts';
import { keepHouse } from '../lib/service/housekeeping.ts';
import { audit, claimedStores, keptAnswers, stores } from '../lib/wiring/open.ts';

/** Time that is kept back to end the step that is under way and to write the report. */
const reserveMs = 60_000;

/** The first run of a new version also brings the data of earlier versions up to date. */
let isFirst = true;

/** The event of the schedule; `removeUnknown` is for somebody who has decided so, see `sweep`. */
export interface SweepEvent {
  readonly task: SweepTask;
  readonly removeUnknown?: boolean;
}

/** Runs the housekeeping on a schedule. The next run does what this one has no time for. */
export async function handler(
  event: SweepEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SweepReport> {
  const started = performance.now();
  const stop = functionDeadline(context).before(reserveMs).signal;
  const ports = { stores, claimedStores, keptAnswers, audit };
  const { sweep, errors } = await asService('sweep', () =>
    keepHouse(ports, loadConfig(), { ...event, stop, isFirst }),
  );
  isFirst &&= errors.length > 0;
  // Lambda counts the failure, and the alarm rings.
  if (errors.length > 0 || !sweep) throw errors[0];
  meter.ended('sweep', (performance.now() - started) / 1000);
  return sweep;
}
