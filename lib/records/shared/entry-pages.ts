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

/** Entries beyond those of the page and before it that are kept until the next sorting. */
const spare = 5_000;

/**
 * Makes a page out of all shown entries, for a store that can't sort and filter itself. They come in parts,
 * and only those up to the page's end are kept.
 */
export class EntryPager {
  readonly #query: EntryQuery;
  readonly #isWanted: (entry: EntryRecord) => boolean;
  readonly #end: number;
  #kept: { readonly entry: EntryRecord; readonly key: Key }[] = [];
  #total = 0;

  constructor(query: EntryQuery) {
    const { limit = Number.POSITIVE_INFINITY, offset = 0 } = query;
    this.#query = query;
    this.#isWanted = wanted(query);
    this.#end = offset + limit;
  }

  add(entries: readonly EntryRecord[]): void {
    const { sort = 'id' } = this.#query;
    for (const entry of entries) {
      if (!this.#isWanted(entry)) continue;
      this.#total += 1;
      this.#kept.push({ entry, key: keyOf(sortKeys[sort](entry)) });
    }
    if (this.#kept.length > this.#end + spare) this.#cut();
  }

  page(): EntryPage {
    this.#cut();
    return { total: this.#total, items: this.#kept.slice(this.#query.offset).map(({ entry }) => entry) };
  }

  #cut(): void {
    const direction = this.#query.isDescending ? -1 : 1;
    this.#kept.sort((one, other) => {
      if ((one.key === null) !== (other.key === null)) return one.key === null ? 1 : -1;
      return direction * (compare(one.key, other.key) || one.entry.id - other.entry.id);
    });
    this.#kept = this.#kept.slice(0, this.#end);
  }
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
