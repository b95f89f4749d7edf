import { setTimeout as delay } from 'node:timers/promises';
import { asService } from '../../lib/audit/scope.ts';
import { keepCleaning } from '../../lib/blacklist/clean-erased.ts';
import { sweepAgeMs } from '../../lib/blacklist/interrupted.ts';
import { normalizeNames } from '../../lib/blacklist/normalize-names.ts';
import { finishInterrupted } from '../../lib/blacklist/sweep.ts';
import type { Config } from '../../lib/config.ts';
import { log } from '../../lib/log.ts';
import { announceRetention } from '../../lib/processing/retention.ts';
import { eachPart } from '../../lib/service/each-part.ts';
import { keepHouse } from '../../lib/service/housekeeping.ts';
import { diskWarning, lowDisks } from '../../lib/service/machine.ts';
import { housekeepingPorts, leftovers, type OpenedPorts } from '../../lib/wiring/open.ts';
import type { Cameras } from '../cameras.ts';
import { runAsFunction } from '../function-runs.ts';
import type { DataFolderClaim } from './data-folder-claim.ts';
import { watchInboxFolder } from './inbox.ts';
import { type Delivery, deliverWebhooks } from './webhooks.ts';

const sweepIntervalMs = 60 * 60_000;

/** Start of this process. */
const started = new Date(performance.timeOrigin);

/**
 * Undoes and finishes what an earlier run left unfinished. A server that has the records to itself takes all
 * of it, for it has begun nothing yet. Beside another server, it takes only what is too old to be under way.
 * A tool that lists people at this very moment may fail; it says so, and goes on when it is run again. What
 * can't be finished now is hidden, and left to the sweep.
 */
export async function finishEarlierRun(opened: OpenedPorts, claim: DataFolderClaim): Promise<void> {
  try {
    const isAlone = hasRecordsAlone(claim);
    const olderThan = new Date(Date.now() - (isAlone ? 0 : sweepAgeMs));
    await asSweep(() => finishInterrupted(opened, olderThan));
  } catch (error) {
    log().error({ err: error }, 'What an earlier run left unfinished could not be finished yet.');
  }
}

function hasRecordsAlone(claim: DataFolderClaim): boolean {
  return claim.isOnRecords && claim.take();
}

/**
 * Removes the files that a killed server had begun to write: they may show somebody who is erased next.
 * Returns true if the server has the records to itself, and so did it.
 */
async function removeUnfinished({ images }: OpenedPorts, claim: DataFolderClaim): Promise<boolean> {
  try {
    if (!hasRecordsAlone(claim)) return false;
    await images.removeUnfinished(started);
    return true;
  } catch (error) {
    log().error({ err: error }, 'Files that an earlier run had begun could not be removed yet.');
    return false;
  }
}

/** Work that the settings ask for, and what it needs. */
export interface BackgroundWork {
  readonly delivery: Delivery | undefined;
  readonly claim: DataFolderClaim;
  readonly cameras: Cameras | undefined;
}

/**
 * Does the server's work besides answering, until it is told to stop. Resolves when the work under way is
 * done.
 */
export async function workInBackground(
  opened: OpenedPorts,
  config: Config,
  { delivery, claim, cameras }: BackgroundWork,
  stop: AbortSignal,
): Promise<void> {
  await Promise.all([
    asSweep(() => keepSweeping(opened, config, claim, stop)),
    // A table has no files that could still have what was erased.
    claim.isOnRecords && asSweep(() => keepCleaning(opened, stop)),
    delivery && deliverWebhooks(delivery, stop),
    cameras?.run(stop),
    // In AWS mode S3's events come to a function of their own.
    !config.aws && asService('inbox', () => watchInboxFolder(opened, config.dataDir, claim, stop)),
  ]);
}

/**
 * Brings what earlier versions kept up to date; what a table that is not available now keeps from it is left
 * to the next sweep.
 */
export async function updateRecords(opened: OpenedPorts, config: Config): Promise<void> {
  try {
    await asSweep(() => normalizeNames(opened));
    await announceRetention({ ...opened, leftovers: await leftovers(config) }, config);
  } catch (error) {
    log().error({ err: error }, 'What earlier versions kept could not be brought up to date yet.');
  }
}

/** Does some of the work that is the sweep's own function in AWS. */
function asSweep<Result>(work: () => Result): Result {
  return runAsFunction('sweep', () => asService('sweep', work));
}

/**
 * Sweeps now, and again an hour after each sweep has ended. What was under way before this server's start has
 * ended, if the server has the records to itself: then the first sweep removes what is left of it.
 */
async function keepSweeping(
  opened: OpenedPorts,
  config: Config,
  claim: DataFolderClaim,
  stop: AbortSignal,
): Promise<void> {
  let isFirst = await removeUnfinished(opened, claim);
  while (!stop.aborted) {
    const olderThan = isFirst ? started : undefined;
    await keepHouse(housekeepingPorts(config), config, { task: 'compare', stop, olderThan });
    await eachPart({ disks: () => warnOfDisks(config) });
    isFirst = false;
    await delay(sweepIntervalMs, undefined, { signal: stop, ref: false }).catch(() => undefined);
  }
}

async function warnOfDisks(config: Config): Promise<void> {
  for (const disk of await lowDisks(config)) log().warn(diskWarning(disk));
}
