import type { EntriesQuery } from '../contract/entries-query.ts';
import type { BlacklistRecord } from '../contract/shapes.ts';
import type { EntryPorts } from '../ports.ts';
import type { EntrySort } from '../records/entry.ts';
import { blacklistRecord } from './blacklist-record.ts';

export interface ListedEntries {
  readonly entries: BlacklistRecord[];
  /** The number of entries on all pages. */
  readonly total: number;
}

/** Returns the active entries that the query asks for, in its order. */
export async function listEntries(ports: EntryPorts, query: EntriesQuery): Promise<ListedEntries> {
  const { q, sort, category, ...page } = query;
  const isDescending = sort.startsWith('-');
  const { total, items } = await ports.records.findEntries({
    ...page,
    search: q,
    sort: (isDescending ? sort.slice(1) : sort) as EntrySort,
    isDescending,
    category: category || undefined,
  });
  return { total, entries: items.map((entry) => blacklistRecord(ports, entry)) };
}
