import { setTimeout as delay } from 'node:timers/promises';
import { sweepAgeMs } from '../../lib/blacklist/interrupted.ts';
import { normalizeNames } from '../../lib/blacklist/normalize-names.ts';
import { finishInterrupted, sweep } from '../../lib/blacklist/sweep.ts';
import type { Config } from '../../lib/config.ts';
import { log } from '../../lib/log.ts';
import { diskWarning, lowDisks } from '../../lib/service/machine.ts';
import { type OpenedPorts, uploads } from '../../lib/wiring/open.ts';
import { watchInboxFolder } from './inbox.ts';
import { type Delivery, deliverWebhooks } from './webhooks.ts';

const sweepIntervalMs = 60 * 60_000;

/** Age after which an upload is removed if no request has named it. */
const uploadAgeMs = 24 * 60 * 60_000;

/**
 * Undoes or finishes what an earlier run left unfinished. If this process alone has the records, everything
 * unfinished is old, since it has not begun anything yet. A tool that is listing people at this moment fails,
 * says so, and goes on if it is run again. What can't be finished now stays hidden until the sweep.
 */
export async function finishEarlierRun(opened: OpenedPorts, config: Config): Promise<void> {
  const sharesRecords = config.aws?.tableName !== undefined;
  const olderThan = new Date(Date.now() - (sharesRecords ? sweepAgeMs : 0));
  try {
    await finishInterrupted(opened, olderThan);
  } catch (error) {
    log().error({ err: error }, 'What an earlier run left unfinished could not be finished yet.');
  }
}

/**
 * Does the server's work besides answering, until it is told to stop. Resolves when the work under way is
 * done.
 */
export async function workInBackground(
  opened: OpenedPorts,
  config: Config,
  delivery: Delivery | undefined,
  stop: AbortSignal,
): Promise<void> {
  await Promise.all([
    keepSweeping(opened, config, stop),
    delivery && deliverWebhooks(delivery, stop),
    // In AWS mode a function of its own gets S3's events.
    !config.aws && watchInboxFolder(opened, config.dataDir, stop),
  ]);
}

/**
 * Brings records of earlier versions up to date. If a table is not available now, the next sweep does the
 * rest.
 */
export async function updateRecords(opened: OpenedPorts): Promise<void> {
  try {
    await normalizeNames(opened);
  } catch (error) {
    log().error({ err: error }, 'Names of earlier versions could not be brought to their normal form yet.');
  }
}

/** Sweeps now, and again an hour after each sweep has ended. */
async function keepSweeping(opened: OpenedPorts, config: Config, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      await normalizeNames(opened);
      const report = await sweep(opened, new Date(Date.now() - sweepAgeMs), stop);
      const staleUploads = await (await uploads(config)).removeStale(new Date(Date.now() - uploadAgeMs));
      log().info({ ...report, staleUploads }, 'sweep');
      for (const disk of await lowDisks(config)) log().warn(diskWarning(disk));
    } catch (error) {
      log().error({ err: error }, 'The sweep broke off; the next one begins again.');
    }
    await delay(sweepIntervalMs, undefined, { signal: stop, ref: false }).catch(() => undefined);
  }
}
