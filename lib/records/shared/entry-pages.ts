import { foldedName } from '../../names/folded-name.ts';
import { searchForms, searchText } from '../../names/search-text.ts';
import type { EntryPage, EntryQuery, EntryRecord, EntrySort } from '../entry.ts';
import { isExpired } from './in-force.ts';

const sortKeys: Readonly<Record<EntrySort, (entry: EntryRecord) => string | number | null>> = {
  id: ({ id }) => id,
  name: ({ name }) => foldedName(name),
  added: ({ addedDate }) => addedDate,
  updated: ({ updatedDate }) => updatedDate,
  expires: ({ expiresAt }) => expiresAt,
  review: ({ reviewAt }) => reviewAt,
};

/** Makes a page out of all shown entries, for a store that can't sort and filter itself. */
export function pageOfEntries(
  entries: readonly EntryRecord[],
  { limit, offset = 0, sort = 'id', isDescending = false, ...filter }: EntryQuery,
): EntryPage {
  const keyed = entries.filter(wanted(filter)).map((entry) => ({ entry, key: keyOf(sortKeys[sort](entry)) }));
  const direction = isDescending ? -1 : 1;
  keyed.sort((one, other) => {
    if ((one.key === null) !== (other.key === null)) return one.key === null ? 1 : -1;
    return direction * (compare(one.key, other.key) || one.entry.id - other.entry.id);
  });
  const end = limit === undefined ? undefined : offset + limit;
  return { total: keyed.length, items: keyed.slice(offset, end).map(({ entry }) => entry) };
}

type Key = Buffer | number | null;

/** Texts are sorted by their bytes in UTF-8, as SQLite sorts them. */
function keyOf(key: string | number | null): Key {
  return typeof key === 'string' ? Buffer.from(key) : key;
}

function compare(one: Key, other: Key): number {
  if (Buffer.isBuffer(one) && Buffer.isBuffer(other)) return Buffer.compare(one, other);
  return Number(one) - Number(other);
}

function wanted({ category, expired, search = '' }: EntryQuery): (entry: EntryRecord) => boolean {
  const folded = category === undefined ? undefined : foldedName(category);
  const forms = searchForms(search);
  return (entry) => {
    if (folded !== undefined && (entry.category === null || foldedName(entry.category) !== folded))
      return false;
    if (expired !== undefined && isExpired(entry) !== expired) return false;
    if (forms.length === 0) return true;
    const text = searchText([entry.name, entry.reason, entry.notes]);
    return forms.some((form) => text.includes(form));
  };
}
