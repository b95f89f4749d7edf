import { foldedName } from '../../names/folded-name.ts';
import type { EntryPage, EntryQuery, EntryRecord, RecordStatus } from '../entry.ts';
import type { RecordStore } from '../port.ts';
import { EntryPager } from '../shared/entry-pages.ts';
import { row } from '../shared/row.ts';
import { again, type TableClient } from './client.ts';
import {
  type EntryItem,
  entriesPartition,
  entryKey,
  entryRecord,
  foldedPartition,
  hiddenEntriesPartition,
  nameKey,
} from './items.ts';
import type { Item } from './keys.ts';
import { shownCount } from './shown-count.ts';

/** Makes the methods that read entries. */
export function entryReads(table: TableClient) {
  return {
    async getEntry(entryId: number): Promise<EntryRecord | undefined> {
      const entry = await readEntry(table, entryId);
      return entry && entryRecord(entry);
    },
    findEntry: (name: string) => findEntry(table, name),
    listEntries: (status: RecordStatus) => listEntries(table, status),
    findEntries: (query: EntryQuery) => findEntries(table, query),
    findAlike: (name: string) => findAlike(table, name),
  } satisfies Partial<RecordStore>;
}

async function findEntry(table: TableClient, name: string): Promise<EntryRecord | undefined> {
  return table.settle(async () => {
    const place = await table.get(nameKey(name));
    if (!place) return undefined;
    const entry = await readEntry(table, Number(place.entryId));
    // Between the two reads, another entry may have got the name.
    return entry?.name === name ? entryRecord(entry) : again;
  });
}

async function listEntries(table: TableClient, status: RecordStatus): Promise<EntryRecord[]> {
  const items = await entriesOf(table, status === 'ACTIVE' ? undefined : hiddenEntriesPartition(status));
  return byId(items).filter((entry) => entry.status === status);
}

/** Finds the shown entries whose folded names are the same as this one's. */
async function findAlike(table: TableClient, name: string): Promise<EntryRecord[]> {
  const folded = foldedName(name);
  const records = byId(await entriesOf(table, foldedPartition(folded)));
  return records.filter((entry) => entry.status === 'ACTIVE' && foldedName(entry.name) === folded);
}

/** Reads the entries that a partition names; without one, all of them. */
async function entriesOf(table: TableClient, partition: string | undefined): Promise<Item[]> {
  const items: Item[] = [];
  for await (const some of table.query(partition ?? entriesPartition)) {
    if (partition === undefined) items.push(...some);
    else items.push(...(await table.getAll(some.map(({ sk }) => ({ pk: entriesPartition, sk })))));
  }
  return items;
}

function byId(items: readonly Item[]): EntryRecord[] {
  return items.map(entryRecord).sort((one, other) => one.id - other.id);
}

/**
 * Finds a page of the shown entries. They have the number of their images in them: no image is read. A page
 * of all entries by their ids reads those up to its end; any other query reads all of them.
 */
async function findEntries(table: TableClient, query: EntryQuery): Promise<EntryPage> {
  const total = isPageOfAll(query) ? await shownCount(table) : undefined;
  if (total !== undefined) return { total, items: await readUpTo(table, query) };
  const pager = new EntryPager(query);
  for await (const some of table.query(entriesPartition))
    pager.add(some.filter(({ status }) => status === 'ACTIVE').map(entryRecord));
  return pager.page();
}

/** Limit on the entries that are asked for at once: a list has at most 1 MB, some 3,000 of them. */
const mostAtOnce = 3_000;
/** Entries that are read beyond a page's end at once, since some are hidden. */
const spare = 20;

function isPageOfAll({ sort = 'id', limit, category, expired, search = '' }: EntryQuery): boolean {
  const isAll = category === undefined && expired === undefined && search.trim() === '';
  return isAll && sort === 'id' && limit !== undefined;
}

/** Reads the shown entries of a page by their ids, and those before it. */
async function readUpTo(
  table: TableClient,
  { limit = 0, offset = 0, isDescending = false }: EntryQuery,
): Promise<EntryRecord[]> {
  const end = offset + limit;
  const items: Item[] = [];
  let before = 0;
  const atOnce = Math.min(end + spare, mostAtOnce);
  for await (const some of table.query(entriesPartition, { newestFirst: isDescending, atOnce })) {
    const shown = some.filter(({ status }) => status === 'ACTIVE');
    items.push(...shown.slice(Math.max(0, offset - before), Math.max(0, end - before)));
    before += shown.length;
    if (before >= end) break;
  }
  return items.map(entryRecord);
}

/** Reads the item of an entry. */
export async function readEntry(table: TableClient, entryId: number): Promise<EntryItem | undefined> {
  return row<EntryItem | undefined>(await table.get(entryKey(entryId)));
}
