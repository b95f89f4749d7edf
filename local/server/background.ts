import { setTimeout as delay } from 'node:timers/promises';
import { sweepAgeMs } from '../../lib/blacklist/interrupted.ts';
import { normalizeNames } from '../../lib/blacklist/normalize-names.ts';
import { finishInterrupted, sweep } from '../../lib/blacklist/sweep.ts';
import type { Config } from '../../lib/config.ts';
import { log } from '../../lib/log.ts';
import { announceRetention, retain } from '../../lib/processing/retention.ts';
import { diskWarning, lowDisks } from '../../lib/service/machine.ts';
import { leftovers, type OpenedPorts, uploads } from '../../lib/wiring/open.ts';
import { watchInboxFolder } from './inbox.ts';
import { type Delivery, deliverWebhooks } from './webhooks.ts';

const sweepIntervalMs = 60 * 60_000;

/** An upload that no request named by then is not wanted any more. */
const uploadAgeMs = 24 * 60 * 60_000;

/**
 * Undoes and finishes what an earlier run left unfinished. Where one process has the records to itself, that is whatever is unfinished
 * now: it has begun nothing yet. (A tool that is listing people beside it at this very moment fails, says so, and goes on when it is run
 * again.) What can't be finished now is hidden, and left to the sweep.
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

/** What the server does besides answering, until it is told to stop; resolves when what was under way is done. */
export async function workInBackground(
  opened: OpenedPorts,
  config: Config,
  delivery: Delivery | undefined,
  stop: AbortSignal,
): Promise<void> {
  await Promise.all([
    keepSweeping(opened, config, stop),
    delivery && deliverWebhooks(delivery, stop),
    // In AWS mode S3's events come to a function of their own.
    !config.aws && watchInboxFolder(opened, config.dataDir, stop),
  ]);
}

/** Brings what earlier versions kept up to date; what a table that is not available now keeps from it is left to the next sweep. */
export async function updateRecords(opened: OpenedPorts, config: Config): Promise<void> {
  try {
    await normalizeNames(opened);
    await announceRetention({ ...opened, leftovers: await leftovers(config) }, config);
  } catch (error) {
    log().error({ err: error }, 'What earlier versions kept could not be brought up to date yet.');
  }
}

/** Sweeps now and an hour after each sweep's end. */
async function keepSweeping(opened: OpenedPorts, config: Config, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      await normalizeNames(opened);
      const retained = await retain({ ...opened, leftovers: await leftovers(config) }, config, { stop });
      const report = await sweep(opened, new Date(Date.now() - sweepAgeMs), stop);
      const staleUploads = await (await uploads(config)).removeStale(new Date(Date.now() - uploadAgeMs));
      log().info({ ...report, retained, staleUploads }, 'sweep');
      for (const disk of await lowDisks(config)) log().warn(diskWarning(disk));
    } catch (error) {
      log().error({ err: error }, 'The sweep broke off; the next one begins again.');
    }
    await delay(sweepIntervalMs, undefined, { signal: stop, ref: false }).catch(() => undefined);
  }
}
