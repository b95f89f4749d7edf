import { setTimeout as delay } from 'node:timers/promises';
import { log } from '../log.ts';
import type { RecordStore } from '../records/port.ts';
import { retryTransient } from './retry-transient.ts';

const postponed =
  'What was erased may still be in the files of the records, because another program reads them. It is tried again until they are clean.';

/** Records that know erasures, and have files that may still have what was erased. */
export interface CleanedRecords {
  readonly records: Pick<RecordStore, 'getEntry' | 'noteErasure' | 'purge' | 'unsettledErasures'>;
}

/**
 * Cleans the records' files of an entry that is gone, and notes that its erasure is finished. It is left to
 * `keepCleaning` and the sweep if a reader is in the way: nobody waits for one.
 */
export async function cleanErased(stores: CleanedRecords, entryId: number): Promise<void> {
  try {
    await clean(stores, entryId);
  } catch (err) {
    log().warn({ err, entryId }, postponed);
  }
}

async function clean({ records }: CleanedRecords, entryId: number): Promise<void> {
  await records.purge(entryId);
  await retryTransient(() => records.noteErasure(entryId, {}, true));
}

/**
 * Cleans the records' files of entries that are gone, as far as their erasures could not do so.
 * @param known ids that an earlier look found; a younger erasure may still be at work
 * @returns the ids of those that are not finished
 */
export async function cleanUnfinished(
  stores: CleanedRecords,
  known: ReadonlySet<number>,
): Promise<Set<number>> {
  const unfinished = new Set<number>();
  for (const { entryId, finished } of await stores.records.unsettledErasures()) {
    if (finished !== null || (await stores.records.getEntry(entryId))) continue;
    unfinished.add(entryId);
  }
  for (const entryId of unfinished) {
    if (!known.has(entryId)) continue;
    // While a reader is in the way of one, it is so for all.
    await clean(stores, entryId);
    unfinished.delete(entryId);
    log().info({ entryId }, 'What was erased has been cleaned out of the files of the records.');
  }
  return unfinished;
}

/** Pauses between two attempts, in milliseconds: they grow while a reader is in the way. */
export interface CleaningPauses {
  readonly shortest: number;
  readonly longest: number;
}

/**
 * Cleans the records' files until told to stop: what was erased goes soon after the reader that was in the
 * way, also after a start.
 */
export async function keepCleaning(
  stores: CleanedRecords,
  stop: AbortSignal,
  { shortest, longest }: CleaningPauses = { shortest: 1000, longest: 5000 },
): Promise<void> {
  let known: ReadonlySet<number> = new Set();
  for (let pauseMs = shortest; !stop.aborted; ) {
    await delay(pauseMs, undefined, { signal: stop, ref: false }).catch(() => undefined);
    if (stop.aborted) return;
    try {
      const unfinished = await cleanUnfinished(stores, known);
      known = unfinished;
      pauseMs = shortest;
    } catch {
      // Whoever could not clean them first has told of it.
      pauseMs = Math.min(longest, 2 * pauseMs);
    }
  }
}
