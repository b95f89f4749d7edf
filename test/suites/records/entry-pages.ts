import { beforeEach, expect, test } from 'vitest';
import type { EntryDetails, EntryQuery } from '../../../lib/records/entry.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import type { OpenedRecords } from './fixtures.ts';

const past = '2020-02-29T12:00:00.000Z';
const future = '2999-01-31T12:00:00.000Z';

/** Pages of entries: filters, searches and orders. */
export function entryPageSuite(opened: () => OpenedRecords): void {
  let store: RecordStore;
  beforeEach(() => {
    store = opened().store;
  });

  async function list(name: string, details: Partial<EntryDetails> = {}, reason: string | null = null) {
    const { id } = await store.createEntry({ name, reason, ...details });
    await store.activateEntry(id);
    return id;
  }

  const namesOf = async (query: EntryQuery) => (await store.findEntries(query)).items.map(({ name }) => name);

  test('a page has the entries of its place alone, and tells how many there are', async () => {
    for (const name of ['c', 'a', 'e', 'b', 'd']) await list(name);
    await store.createEntry({ name: 'pending', reason: null });
    await store.markEntryDeleting(await list('going'));
    const all = await store.findEntries({});
    expect(all).toEqual({ total: 5, items: await store.listEntries('ACTIVE') });
    expect(await store.findEntries({ limit: 2, offset: 1 })).toEqual({
      total: 5,
      items: all.items.slice(1, 3),
    });
    expect(await store.findEntries({ offset: 3 })).toEqual({ total: 5, items: all.items.slice(3) });
    expect(await store.findEntries({ limit: 2, offset: 99 })).toEqual({ total: 5, items: [] });
  });

  test('entries are sorted by name without case and accents, and by their dates, those without one last', async () => {
    await list('Émile', { expiresAt: future });
    await list('zoe');
    await list('Adam', { expiresAt: past, reviewAt: future });
    await store.updateEntry(await list('emma'), { reason: 'new' });
    const sorted = async (sort: EntryQuery['sort'] & string) => [
      (await namesOf({ sort })).join(' '),
      (await namesOf({ sort, isDescending: true })).join(' '),
    ];
    expect(await sorted('id')).toEqual(['Émile zoe Adam emma', 'emma Adam zoe Émile']);
    expect(await sorted('name')).toEqual(['Adam Émile emma zoe', 'zoe emma Émile Adam']);
    expect(await sorted('added')).toEqual(['Émile zoe Adam emma', 'emma Adam zoe Émile']);
    expect(await sorted('expires')).toEqual(['Adam Émile zoe emma', 'Émile Adam emma zoe']);
    expect(await sorted('review')).toEqual(['Adam Émile zoe emma', 'Adam emma zoe Émile']);
    expect(await sorted('updated')).toEqual(['emma Émile zoe Adam', 'emma Adam zoe Émile']);
  });

  test('entries are filtered by category and by their end, and found by name, reason and notes', async () => {
    await list('Anne-Marie O’Brien', { category: 'Fraude à la carte', notes: 'Tattoo:\nBlack-bird' });
    await list('Jean Luc', { expiresAt: past, category: 'theft' }, 'Stole a co-worker’s Bag');
    await list('Strauß', { suspended: true, expiresAt: future });
    expect(await namesOf({ category: 'FRAUDE A LA CARTE' })).toEqual(['Anne-Marie O’Brien']);
    expect(await namesOf({ category: 'fraude' })).toEqual([]);
    expect(await namesOf({ expired: true })).toEqual(['Jean Luc']);
    expect(await namesOf({ expired: false })).toEqual(['Anne-Marie O’Brien', 'Strauß']);
    for (const search of [
      'anne marie',
      'ANNEMARIE',
      'anne–marie',
      "o'brien",
      'OBRIEN',
      'blackbird',
      'black bird',
    ]) {
      expect(await namesOf({ search }), search).toEqual(['Anne-Marie O’Brien']);
    }
    for (const search of ['jean-luc', 'co worker', 'coworkers', 'stole  a'])
      expect(await namesOf({ search }), search).toEqual(['Jean Luc']);
    expect(await namesOf({ search: 'STRAUSS' })).toEqual(['Strauß']);
    // No part of the end of one field and the beginning of the next.
    expect(await namesOf({ search: 'obrien tattoo' })).toEqual([]);
    expect(await namesOf({ search: '%' })).toEqual([]);
    expect(await namesOf({ search: '' })).toHaveLength(3);
    expect(
      await store.findEntries({ search: 'a', expired: false, limit: 1, sort: 'name', isDescending: true }),
    ).toMatchObject({ total: 2, items: [{ name: 'Strauß' }] });
  });

  test('a changed entry is found by what it has now', async () => {
    const id = await list('Ada', { notes: 'scar', category: 'one' });
    await store.updateEntry(id, { notes: 'beard', category: 'two', name: 'Eve' });
    expect(await namesOf({ search: 'scar' })).toEqual([]);
    expect(await namesOf({ category: 'one' })).toEqual([]);
    expect(await namesOf({ search: 'beard', category: 'two', sort: 'name' })).toEqual(['Eve']);
  });
}
