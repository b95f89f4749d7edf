import pLimit from 'p-limit';
import { BackendUnavailableError, NameTakenError } from '../../lib/errors.ts';
import { allInTurns } from '../../lib/promises.ts';
import type { EntryRecord } from '../../lib/records/entry.ts';
import type { RecordStore } from '../../lib/records/port.ts';
import type { ImportJournal } from './journal.ts';
import type { PlannedEntry } from './plan.ts';
import type { ImportReport } from './report.ts';

/** Number of entries that are written at the same time. */
const entriesAtOnce = 8;

/** A planned person with the entry that the person has here. */
export interface TakenEntry {
  readonly planned: PlannedEntry;
  readonly entry: EntryRecord;
}

/**
 * Makes the planned entries, with their ids, names, reasons and dates. Entries of an earlier run stay as they
 * are now; those deleted since are not made again. An id or a name that another entry has is replaced.
 * @throws BackendUnavailableError, ThrottledError, DiskFullError
 */
export async function takeEntries(
  records: RecordStore,
  plan: readonly PlannedEntry[],
  journal: ImportJournal,
  report: ImportReport,
): Promise<TakenEntry[]> {
  const taken: TakenEntry[] = [];
  const take = async (planned: PlannedEntry) => {
    const entry = await takeEntry(records, planned, journal, report);
    if (entry) taken.push({ planned, entry });
  };
  const [kept, others] = [
    plan.filter(({ id }) => id !== undefined),
    plan.filter(({ id }) => id === undefined),
  ];
  // With the largest id first, no entry that gets a new id takes one that another is to keep.
  const [largest, ...rest] = kept.toSorted((one, other) => (other.id ?? 0) - (one.id ?? 0));
  if (largest) await take(largest);
  await allInTurns(rest, pLimit(entriesAtOnce), take);
  for (const planned of others) await take(planned);
  return taken.sort((one, other) => one.entry.id - other.entry.id);
}

async function takeEntry(
  records: RecordStore,
  planned: PlannedEntry,
  journal: ImportJournal,
  report: ImportReport,
): Promise<EntryRecord | undefined> {
  const known = journal.entryOf(planned.key);
  const own = known === undefined ? await ownEntry(records, planned, report) : await records.getEntry(known);
  if (own?.status === 'DELETING' || (known !== undefined && !own)) {
    report.remarks.push(`${planned.label}: It was deleted here since an earlier run, and is not made again.`);
    return undefined;
  }
  if (own?.status === 'ACTIVE') report.entriesPresent += 1;
  const entry = own ?? (await makeEntry(records, planned, report));
  // An old entry that is `PENDING` looks abandoned to the sweep, so it becomes `ACTIVE` before its pictures
  // come.
  const active = entry.status === 'ACTIVE' ? entry : await records.activateEntry(entry.id);
  if (!active)
    throw new BackendUnavailableError('An entry was swept away before it was complete. Run again.', 1);
  if (own?.status !== 'ACTIVE') report.entriesAdded += 1;
  journal.addEntry(planned.key, active.id);
  return active;
}

/** Finds an entry that an interrupted run made, and did not write into the journal any more. */
async function ownEntry(
  records: RecordStore,
  { id, addedDate, label }: PlannedEntry,
  { remarks }: ImportReport,
): Promise<EntryRecord | undefined> {
  if (id === undefined) return undefined;
  const there = await records.getEntry(id);
  if (!there || there.addedDate === addedDate) return there;
  remarks.push(`${label}: Another entry, '${there.name}', has the id ${id} here, so this one gets a new id.`);
  return undefined;
}

/** Makes an entry. Another entry may have its id, and then it gets a new one; the same with its name. */
async function makeEntry(
  records: RecordStore,
  { id, name, reason, addedDate, label }: PlannedEntry,
  { remarks }: ImportReport,
): Promise<EntryRecord> {
  const isIdFree = id !== undefined && !(await records.getEntry(id));
  const carried = isIdFree ? { id, addedDate } : { addedDate };
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? '' : ` (${number})`;
    const free = [...name].slice(0, 100 - suffix.length).join('') + suffix;
    try {
      const entry = await records.createEntry({ name: free, reason, carried });
      if (number > 1) {
        remarks.push(
          `${label}: Another entry is called '${name}' here, so this one is called '${free}'. If both are one person, delete one.`,
        );
      }
      return entry;
    } catch (error) {
      if (!(error instanceof NameTakenError)) throw error;
      const holder = await records.findEntry(free);
      // An interrupted run has made this entry with a new id.
      if (holder && holder.addedDate === addedDate && !isIdFree) return holder;
    }
  }
}
