import type { KeptAnswers } from '../answers/port.ts';
import { auditedSince } from '../audit/kept.ts';
import type { AuditTrail } from '../audit/port.ts';
import { closeErased } from '../blacklist/close-erased.ts';
import { expiredBefore, sweepAgeMs } from '../blacklist/interrupted.ts';
import { normalizeNames } from '../blacklist/normalize-names.ts';
import { finishInterrupted, type SweepReport, type SweepTask, sweep } from '../blacklist/sweep.ts';
import type { Config } from '../config.ts';
import { log } from '../log.ts';
import type { Stores } from '../ports.ts';
import { forgetFaces } from '../processing/forget-faces.ts';
import { isClockSteady, retain } from '../processing/retention.ts';
import type { Uploads } from '../uploads/port.ts';
import { eachPart } from './each-part.ts';

/** Age after which an upload is removed if no request has named it. */
const uploadAgeMs = 24 * 60 * 60_000;

/** Ports of the housekeeping. Each is opened by the part that needs it: the others are done without it. */
export interface HousekeepingPorts {
  stores(): Promise<Required<Stores>>;
  /** Opens the same stores, after a check that all pictures there belong to these records. */
  claimedStores(): Promise<Required<Stores>>;
  keptAnswers(): Promise<KeptAnswers>;
  audit(): Promise<AuditTrail>;
  /** Opens the uploads; left out where the store itself removes them by age. */
  uploads?(): Promise<Uploads>;
}

/** Extent of one round. */
export interface HousekeepingOptions {
  readonly task: SweepTask;
  /** Moment before which nothing is under way; some minutes ago by default. */
  readonly olderThan?: Date | undefined;
  /** Signal to leave the rest to the next round. */
  readonly stop?: AbortSignal | undefined;
  /** True if somebody has decided that all without a record go, see `sweep`. */
  readonly removeUnknown?: boolean | undefined;
  /** True to bring records of earlier versions up to date in a short round too. */
  readonly isFirst?: boolean | undefined;
}

/** Result of one round. */
export interface HousekeepingReport {
  /** Report of the sweep; left out if that part failed. */
  readonly sweep?: SweepReport | undefined;
  /** False if the clock has moved: then nothing was deleted because of its age. */
  readonly isSteady: boolean;
  /** Errors of the parts that failed. The next round tries them again. */
  readonly errors: readonly unknown[];
}

type HousekeepingSettings = Pick<Config, 'keepDays' | 'retentionConfirmed' | 'expiredDays' | 'auditDays'>;

/**
 * Does all of the housekeeping once: the server, the scheduled function and the command call it alike. What
 * goes by its age alone waits while the clock can't be trusted, see `isClockSteady`.
 * @throws Never: the errors are in the report
 */
export async function keepHouse(
  ports: HousekeepingPorts,
  config: HousekeepingSettings,
  options: HousekeepingOptions,
): Promise<HousekeepingReport> {
  const { task, stop, isFirst = false } = options;
  const isLong = task === 'compare';
  // Asked before the retention notes this round. After a jump of the clock, nothing is old by it alone.
  const isSteady = await ports
    .stores()
    .then(isClockSteady)
    .catch(() => false);
  const ifSteady = async <Result>(work: () => Promise<Result>) => (isSteady ? work() : undefined);
  const { results, errors } = await eachPart({
    names: async () => (isLong || isFirst ? normalizeNames(await ports.stores()) : undefined),
    closed: async () => (isLong || isFirst ? closeErased(await ports.stores()) : undefined),
    // The deletion by age may take all of the time, and broken-off work must not wait for it.
    sweep: () => reportedSweep(ports, options, isSteady ? expiredBefore(config) : undefined),
    retained: async () => retain(await ports.stores(), config, { stop }),
    facesForgotten: () => ifSteady(async () => forgetFaces(await ports.stores(), { stop })),
    staleUploads: () =>
      ifSteady(async () => (await ports.uploads?.())?.removeStale(new Date(Date.now() - uploadAgeMs))),
    answers: () => ifSteady(async () => (await ports.keptAnswers()).removeExpired()),
    auditLines: () =>
      ifSteady(async () => (isLong ? (await ports.audit()).removeBefore(auditedSince(config)) : undefined)),
  });
  const { retained, facesForgotten, staleUploads, auditLines, sweep } = results;
  log().info({ retained, facesForgotten, staleUploads, auditLines }, 'retention');
  return { sweep, isSteady, errors };
}

async function reportedSweep(
  ports: HousekeepingPorts,
  { task, stop, removeUnknown, olderThan = new Date(Date.now() - sweepAgeMs) }: HousekeepingOptions,
  expired: Date | undefined,
): Promise<SweepReport> {
  const report =
    task === 'finish'
      ? await finishInterrupted(await ports.stores(), olderThan)
      : await sweep(await ports.claimedStores(), olderThan, stop, expired, removeUnknown);
  log()[report.failed === 0 && report.damaged === 0 ? 'info' : 'warn']({ ...report }, 'sweep');
  return report;
}
