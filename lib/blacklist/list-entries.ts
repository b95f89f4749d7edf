import pLimit from 'p-limit';
import type { EntriesQuery } from '../contract/entries-query.ts';
import type { BlacklistRecord } from '../contract/shapes.ts';
import type { EntryPorts } from '../ports.ts';
import { allInTurns } from '../promises.ts';
import type { EntryRecord, EntrySort } from '../records/entry.ts';
import type { RecordStore } from '../records/port.ts';
import { blacklistRecord } from './blacklist-record.ts';
import { allMerged } from './merged-entries.ts';

/** Entries whose newest pictures are looked up at the same time. */
const lookedUpAtOnce = 50;

export interface ListedEntries {
  readonly entries: BlacklistRecord[];
  /** The number of entries on all pages. */
  readonly total: number;
}

/** An entry, and the time of the newest picture that shows it. */
interface SeenEntry {
  readonly entry: EntryRecord;
  readonly lastSeen: string | null;
}

/** Returns the active entries that the query asks for, in its order. */
export async function listEntries(ports: EntryPorts, query: EntriesQuery): Promise<ListedEntries> {
  const { q, sort, category, limit, offset, ...filter } = query;
  const isDescending = sort.startsWith('-');
  const by = isDescending ? sort.slice(1) : sort;
  const choice = { ...filter, search: q, category: category || undefined };
  if (by === 'last_seen') {
    const { total, items } = await ports.records.findEntries(choice);
    const sorted = bySight(await withSight(ports.records, items), isDescending);
    const page = sorted.slice(offset, limit === undefined ? undefined : offset + limit);
    const entries = page.map(({ entry, lastSeen }) => ({
      ...blacklistRecord(ports, entry),
      last_seen: lastSeen,
    }));
    return { total, entries };
  }
  const order = { limit, offset, sort: by as EntrySort, isDescending };
  const { total, items } = await ports.records.findEntries({ ...choice, ...order });
  return { total, entries: items.map((entry) => blacklistRecord(ports, entry)) };
}

type SightRecords = Pick<RecordStore, 'lastSeen' | 'mergedEntries'>;

/** Looks up when each was seen, also as an entry that was merged into it: the history tells, and keeps it. */
async function withSight(records: SightRecords, entries: readonly EntryRecord[]): Promise<SeenEntry[]> {
  return allInTurns(entries, pLimit(lookedUpAtOnce), async (entry) => {
    const ids = [entry.id, ...(await allMerged(records, entry.id))];
    const times = (await Promise.all(ids.map((id) => records.lastSeen(id)))).filter((time) => time !== null);
    return { entry, lastSeen: times.sort().at(-1) ?? null };
  });
}

/** Sorts entries by when they were seen; those that never were come last either way. */
function bySight(entries: readonly SeenEntry[], isDescending: boolean): SeenEntry[] {
  const direction = isDescending ? -1 : 1;
  return entries.toSorted((one, other) => {
    if (!one.lastSeen || !other.lastSeen) {
      return Number(!one.lastSeen) - Number(!other.lastSeen) || direction * (one.entry.id - other.entry.id);
    }
    return direction * (one.lastSeen.localeCompare(other.lastSeen) || one.entry.id - other.entry.id);
  });
}
