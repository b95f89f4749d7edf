import { expect, test } from 'vitest';
import { type EntryQuery, type EntryRecord, noDetails } from '../../../lib/records/entry.ts';
import { EntryPager } from '../../../lib/records/shared/entry-pages.ts';

/** More entries than are kept until they are sorted and cut, in a mixed order of names and dates. */
const entries = Array.from({ length: 12_000 }, (_, index): EntryRecord => {
  const mixed = (index * 7_919) % 12_000;
  const date = new Date(Date.UTC(2026, 0, 1) + mixed * 60_000).toISOString();
  return {
    ...noDetails,
    ...{ id: index + 1, name: `Person ${mixed % 500}`, reason: null, status: 'ACTIVE', imageCount: 1 },
    ...{ addedDate: date, addedBy: null, updatedBy: null, updatedDate: mixed % 3 ? null : date, version: 1 },
  };
});

test.each<EntryQuery>([
  { limit: 20 },
  { limit: 20, sort: 'name' },
  { limit: 50, offset: 11_980, sort: 'name', isDescending: true },
  { limit: 10, offset: 5_995, sort: 'added', isDescending: true },
  { limit: 10, offset: 3_995, sort: 'updated' },
  { limit: 10, search: 'person 7', sort: 'added' },
  { sort: 'name' },
])('a page is the same in whatever parts the entries come: %o', (query) => {
  const whole = new EntryPager({ ...query, limit: undefined, offset: 0 });
  whole.add(entries);
  const { total, items } = whole.page();
  const parts = new EntryPager(query);
  for (let start = 0; start < entries.length; start += 700) parts.add(entries.slice(start, start + 700));
  const { offset = 0, limit = total } = query;
  const page = parts.page();
  expect(page.total).toBe(total);
  expect(page.items.map(({ id }) => id)).toEqual(items.slice(offset, offset + limit).map(({ id }) => id));
  expect(page.items.length).toBeGreaterThan(0);
});
