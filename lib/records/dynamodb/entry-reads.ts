import { foldedName } from '../../names/folded-name.ts';
import type { EntryPage, EntryQuery, EntryRecord, RecordStatus } from '../entry.ts';
import type { RecordStore } from '../port.ts';
import { pageOfEntries } from '../shared/entry-pages.ts';
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

/** Makes the methods that read entries. */
export function entryReads(table: TableClient) {
  return {
    async getEntry(entryId: number): Promise<EntryRecord | undefined> {
      const entry = await readEntry(table, entryId);
      return entry && entryRecord(entry);
    },

    async findEntry(name: string): Promise<EntryRecord | undefined> {
      return table.settle(async () => {
        const place = await table.get(nameKey(name));
        if (!place) return undefined;
        const entry = await readEntry(table, Number(place.entryId));
        // Between the two reads, another entry may have got the name.
        return entry?.name === name ? entryRecord(entry) : again;
      });
    },

    async listEntries(status: RecordStatus): Promise<EntryRecord[]> {
      const items: Item[] = [];
      if (status === 'ACTIVE') {
        for await (const some of table.query(entriesPartition)) items.push(...some);
      } else {
        for await (const places of table.query(hiddenEntriesPartition(status))) {
          items.push(...(await table.getAll(places.map(({ sk }) => ({ pk: entriesPartition, sk })))));
        }
      }
      const records = items.map(entryRecord).filter((entry) => entry.status === status);
      return records.sort((one, other) => one.id - other.id);
    },

    /** All entries are read, with the number of their images in them: no image is. */
    async findEntries(query: EntryQuery): Promise<EntryPage> {
      const items: Item[] = [];
      for await (const some of table.query(entriesPartition)) items.push(...some);
      const shown = items.map(entryRecord).filter(({ status }) => status === 'ACTIVE');
      return pageOfEntries(shown, query);
    },

    async findAlike(name: string): Promise<EntryRecord[]> {
      const folded = foldedName(name);
      const items: Item[] = [];
      for await (const places of table.query(foldedPartition(folded))) {
        items.push(...(await table.getAll(places.map(({ sk }) => ({ pk: entriesPartition, sk })))));
      }
      const records = items.map(entryRecord).sort((one, other) => one.id - other.id);
      return records.filter((entry) => entry.status === 'ACTIVE' && foldedName(entry.name) === folded);
    },
  } satisfies Partial<RecordStore>;
}

/** Reads the item of an entry. */
export async function readEntry(table: TableClient, entryId: number): Promise<EntryItem | undefined> {
  return row<EntryItem | undefined>(await table.get(entryKey(entryId)));
}
