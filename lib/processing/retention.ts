import type { Config, KeepDays } from '../config.ts';
import { dayMs, daysBefore } from '../days.ts';
import type { Leftovers } from '../images/leftovers.ts';
import { log } from '../log.ts';
import type { RecordStore } from '../records/port.ts';
import type { ProcessedFilter } from '../records/processed.ts';
import type { RetentionDue, RetentionNote } from '../records/sweep-notes.ts';
import { type RemovalPorts, removeMatching } from './remove-processed.ts';

/** Ports of the deletion by age. */
export interface RetentionPorts extends RemovalPorts {
  readonly records: Pick<
    RecordStore,
    'getProcessed' | 'getProcessedAmong' | 'listProcessed' | 'removeProcessed' | 'retention' | 'noteRetention'
  >;
  readonly leftovers: Leftovers;
}

export type RetentionSettings = Pick<Config, 'keepDays' | 'retentionConfirmed'>;

/** Counts of what went because of its age. */
export interface RetentionReport {
  readonly unmatched: number;
  readonly matched: number;
  readonly rejected: number;
  /** ISO 8601, UTC: when the deletion begins that was announced; null where it has begun. */
  readonly begins: string | null;
}

/** Time to object to a deletion that a new version, a shorter limit, or a long jump of the clock brings. */
const objectionMs = 7 * dayMs;
/** Rounds come every hour. A longer gap may be a clock that jumped ahead: nothing may fall victim to it. */
const longestGapMs = 2 * dayMs;
/**
 * Time for a moved clock to be put right. Rounds come sooner when the server starts again, or somebody runs
 * one.
 */
const shortestWaitMs = 30 * 60_000;

/**
 * Finds out if older data than the limits allow may be deleted. Where there is some, and nobody was told of
 * it, it is announced in the log and remembered in the store; the deletion begins after seven days, or when
 * `RETENTION_CONFIRMED` says so.
 * @throws BackendUnavailableError, ThrottledError, DiskFullError
 */
export async function announceRetention(
  ports: RetentionPorts,
  { keepDays, retentionConfirmed }: RetentionSettings,
  now = new Date(),
): Promise<RetentionNote> {
  const known = await ports.records.retention();
  if (known && isSame(known.keepDays, keepDays)) {
    const sinceTold = now.getTime() - Date.parse(known.announced);
    // A clock that jumped was put right.
    const isBack = known.jumpedFrom !== undefined && sinceTold < 0;
    if (known.isConfirmed || !(retentionConfirmed || isBack || sinceTold >= objectionMs)) return known;
    return remember(ports, { ...known, isConfirmed: true, jumpedFrom: undefined });
  }
  if (known?.isConfirmed && !isShorter(keepDays, known.keepDays))
    return remember(ports, { ...known, keepDays });
  const due = await dueOf(ports, keepDays, now);
  const isConfirmed = retentionConfirmed || due.unmatched + due.matched + due.rejected === 0;
  const note = await remember(ports, { keepDays, announced: now.toISOString(), isConfirmed, due });
  if (!isConfirmed) log().warn({ ...due, begins: beginOf(note) }, announcement(note));
  return note;
}

/** Returns the words for an announced deletion that has not begun; `undefined` where there is none. */
export function retentionWarning(note: RetentionNote | undefined): string | undefined {
  return note && !note.isConfirmed ? announcement(note) : undefined;
}

function announcement(note: RetentionNote): string {
  const { due, keepDays, jumpedFrom } = note;
  if (jumpedFrom !== undefined) {
    return (
      `The clock went from ${jumpedFrom} to ${note.announced} at once, or the service was off meanwhile. In case that the clock is wrong, nothing is deleted because ` +
      `of its age until ${beginOf(note)}: not these ${due.unmatched} processed pictures without a match, ${due.matched} with one, and ${due.rejected} rejected files, ` +
      'and neither expired entries nor lines of the audit trail. Put the clock right if it is wrong; if it is right, RETENTION_CONFIRMED=true begins now.'
    );
  }
  return (
    `Older data than the settings keep will be deleted from ${beginOf(note)} on: ${due.unmatched} processed pictures without a match ` +
    `(KEEP_UNMATCHED_DAYS=${keepDays.unmatched}), ${due.matched} with one (KEEP_MATCHED_DAYS=${keepDays.matched}), and ${due.rejected} rejected files ` +
    `(KEEP_REJECTED_DAYS=${keepDays.rejected})${due.oldest === null ? '' : `; the oldest is of ${due.oldest}`}. Nothing of it is gone yet. To keep it, ` +
    'raise these settings; to begin now, set RETENTION_CONFIRMED=true.'
  );
}

function beginOf({ announced }: RetentionNote): string {
  return new Date(Date.parse(announced) + objectionMs).toISOString();
}

/**
 * Deletes what is older than the limits, oldest first, unless it was only announced so far.
 * @param stop tells it to leave the rest to the next round.
 * @throws BackendUnavailableError, ThrottledError; what was deleted until then is gone.
 */
export async function retain(
  ports: RetentionPorts,
  settings: RetentionSettings,
  { stop, now = new Date() }: { stop?: AbortSignal | undefined; now?: Date } = {},
): Promise<RetentionReport> {
  const note = await heldAfterJump(ports, settings, await announceRetention(ports, settings, now), now);
  const nothing = { unmatched: 0, matched: 0, rejected: 0 };
  const isSteady = isSteadySince(note, now);
  const movedAt = isSteady ? undefined : isWaiting(note, now) ? note.movedAt : now.toISOString();
  await remember(ports, { ...note, lastRound: now.toISOString(), movedAt });
  if (!note.isConfirmed) return { ...nothing, begins: beginOf(note) };
  if (!isSteady) {
    log().warn(
      { lastRound: note.lastRound },
      'The clock has moved, or the service was off: deletion by age waits for the next round.',
    );
    return { ...nothing, begins: null };
  }
  const { unmatched, matched } = filtersOf(settings.keepDays, now);
  return {
    unmatched: (await removeMatching(ports, unmatched, { stop })).removed,
    matched: (await removeMatching(ports, matched, { stop })).removed,
    rejected: await removeRejected(ports, daysBefore(settings.keepDays.rejected, now), stop),
    begins: null,
  };
}

/**
 * Holds the deletion after a long jump of the clock forward, as if it were announced now: a clock that is
 * wrong for longer than a round would delete everything. What is already held stays so.
 */
async function heldAfterJump(
  ports: RetentionPorts,
  { keepDays, retentionConfirmed }: RetentionSettings,
  note: RetentionNote,
  now: Date,
): Promise<RetentionNote> {
  const from = note.lastRound ?? note.announced;
  if (!note.isConfirmed || retentionConfirmed || now.getTime() - Date.parse(from) <= objectionMs) return note;
  const due = await dueOf(ports, keepDays, now);
  const held = { ...note, announced: now.toISOString(), isConfirmed: false, jumpedFrom: from, due };
  log().warn({ ...due, begins: beginOf(held) }, announcement(held));
  return held;
}

/**
 * Tells if the clock has gone on as usual since the last round of `retain`. Where it has not, or a long jump
 * holds the deletion, nothing may be deleted because of its age in this round.
 * @throws BackendUnavailableError, ThrottledError
 */
export async function isClockSteady(
  { records }: { readonly records: Pick<RecordStore, 'retention'> },
  now = new Date(),
): Promise<boolean> {
  const note = await records.retention();
  return note === undefined || isSteadySince(note, now);
}

function isSteadySince(note: RetentionNote, now: Date): boolean {
  const { lastRound, announced, jumpedFrom } = note;
  if (jumpedFrom !== undefined || isWaiting(note, now)) return false;
  const sinceLast = now.getTime() - Date.parse(lastRound ?? announced);
  return sinceLast >= 0 && sinceLast <= longestGapMs;
}

/** Returns true shortly after a round found that the clock had moved. */
function isWaiting({ movedAt }: RetentionNote, now: Date): boolean {
  if (movedAt === undefined) return false;
  const waited = now.getTime() - Date.parse(movedAt);
  return waited >= 0 && waited < shortestWaitMs;
}

async function removeRejected(
  { leftovers }: RetentionPorts,
  until: Date,
  stop: AbortSignal | undefined,
): Promise<number> {
  let removed = 0;
  for await (const leftover of leftovers.list('rejected')) {
    if (stop?.aborted) break;
    if (leftover.since >= until) continue;
    await leftovers.delete(leftover);
    removed += 1;
  }
  return removed;
}

async function remember({ records }: RetentionPorts, note: RetentionNote): Promise<RetentionNote> {
  await records.noteRetention(note);
  return note;
}

function filtersOf(keepDays: KeepDays, now: Date) {
  return {
    unmatched: { hasMatch: false, until: daysBefore(keepDays.unmatched, now) },
    matched: { hasMatch: true, until: daysBefore(keepDays.matched, now) },
  };
}

async function dueOf(ports: RetentionPorts, keepDays: KeepDays, now: Date): Promise<RetentionDue> {
  const filters = filtersOf(keepDays, now);
  const [unmatched, matched] = [
    await countOf(ports, filters.unmatched),
    await countOf(ports, filters.matched),
  ];
  const until = daysBefore(keepDays.rejected, now);
  let rejected = 0;
  let oldestRejected: Date | undefined;
  for await (const { since } of ports.leftovers.list('rejected')) {
    if (since >= until) continue;
    rejected += 1;
    if (!oldestRejected || since < oldestRejected) oldestRejected = since;
  }
  const times = [unmatched.oldest, matched.oldest, oldestRejected?.toISOString()].filter(
    (time) => time !== undefined,
  );
  return {
    unmatched: unmatched.count,
    matched: matched.count,
    rejected,
    oldest: times.sort()[0] ?? null,
  };
}

async function countOf({ records }: RetentionPorts, filter: ProcessedFilter) {
  const { total: count } = await records.listProcessed({ ...filter, limit: 1, offset: 0 });
  if (count === 0) return { count, oldest: undefined };
  const { items } = await records.listProcessed({ ...filter, limit: 1, offset: count - 1 });
  return { count, oldest: items[0]?.processing_timestamp ?? undefined };
}

function isSame(one: KeepDays, other: KeepDays): boolean {
  return (
    one.unmatched === other.unmatched && one.matched === other.matched && one.rejected === other.rejected
  );
}

function isShorter(one: KeepDays, other: KeepDays): boolean {
  return one.unmatched < other.unmatched || one.matched < other.matched || one.rejected < other.rejected;
}
