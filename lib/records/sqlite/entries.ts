import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { foldedName } from '../../names/folded-name.ts';
import { searchForms, searchText } from '../../names/search-text.ts';
import type { EntryQuery, EntryRecord, EntrySort, RecordStatus } from '../entry.ts';
import { hasLapsed } from '../shared/entry-claims.ts';
import { row } from '../shared/row.ts';
import type { Statements } from './statements.ts';

type Row = Readonly<Record<string, SQLOutputValue>>;
type Parameters = Record<string, SQLInputValue>;

/** Reads an entry's record from a row, whose columns are named after its fields. */
export function entryRecord({ suspended, ...found }: Row): EntryRecord {
  return row<EntryRecord>({ ...found, suspended: suspended === 1 });
}

export function findEntry({ entry }: Pick<Statements, 'entry'>, entryId: number): EntryRecord | undefined {
  const found = entry.get(entryId);
  return found && entryRecord(found);
}

/** Returns the columns of an entry's row that may change. */
export function entryParameters(entry: EntryRecord): Parameters {
  const { name, reason, category, notes } = entry;
  return {
    $name: name,
    $foldedName: foldedName(name),
    $reason: reason,
    $expiresAt: entry.expiresAt,
    $reviewAt: entry.reviewAt,
    $category: category,
    $foldedCategory: category === null ? null : foldedName(category),
    $severity: entry.severity,
    $notes: notes,
    $suspended: Number(entry.suspended),
    $searchText: searchText([name, reason, notes]),
    $updatedBy: entry.updatedBy,
    $updatedDate: entry.updatedDate,
    $version: entry.version,
  };
}

/**
 * Returns all columns of a new entry's row but its id.
 * @param claimedUntil end of its maker's claim, in milliseconds since 1970
 */
export function newEntryParameters(entry: EntryRecord, claimedUntil: number): Parameters {
  const { addedDate, addedBy, status } = entry;
  return {
    ...entryParameters(entry),
    $addedDate: addedDate,
    $addedBy: addedBy,
    $status: status,
    $claimedUntil: claimedUntil,
  };
}

/** Hides a `PENDING` entry whose maker's time is over. Returns true if the entry is hidden or absent. */
export function giveUpEntry(
  { entryClaim, markEntryDeleting }: Pick<Statements, 'entryClaim' | 'markEntryDeleting'>,
  entryId: number,
): boolean {
  const found = entryClaim.get(entryId);
  if (!found) return true;
  const { status, addedDate, claimedUntil } = row<{
    status: RecordStatus;
    addedDate: string;
    claimedUntil: number | null;
  }>(found);
  if (status !== 'PENDING') return status === 'DELETING';
  if (!hasLapsed(addedDate, claimedUntil)) return false;
  markEntryDeleting.run(entryId);
  return true;
}

const sortColumns: Readonly<Record<EntrySort, string>> = {
  id: 'id',
  name: 'folded_name',
  added: 'added_date',
  updated: 'updated_date',
  expires: 'expires_at',
  review: 'review_at',
};

/**
 * Finds the entries of a page by their ids, in its order, and counts all that the query leaves. It reads no
 * images: only the entries of the page need their number.
 */
export function findEntryIds(
  database: DatabaseSync,
  { limit, offset = 0, sort = 'id', isDescending = false, ...filter }: EntryQuery,
): { total: number; ids: number[] } {
  const { where, values } = conditionsOf(filter);
  const column = sortColumns[sort];
  const direction = isDescending ? 'DESC' : 'ASC';
  const order = `${column} IS NULL, ${column} ${direction}, id ${direction}`;
  const count = database.prepare(`SELECT count(*) AS total FROM entry WHERE ${where}`).get(values);
  const rows = database
    .prepare(`SELECT id FROM entry WHERE ${where} ORDER BY ${order} LIMIT $limit OFFSET $offset`)
    .all({ ...values, $limit: limit ?? -1, $offset: offset });
  return { total: Number(count?.total), ids: rows.map(({ id }) => Number(id)) };
}

function conditionsOf({ category, expired, search = '' }: EntryQuery): { where: string; values: Parameters } {
  const conditions = ["status = 'ACTIVE'"];
  const values: Parameters = {};
  if (category !== undefined) {
    conditions.push('folded_category = $category');
    values.$category = foldedName(category);
  }
  if (expired !== undefined) {
    conditions.push(expired ? 'expires_at <= $now' : '(expires_at IS NULL OR expires_at > $now)');
    values.$now = new Date().toISOString();
  }
  const forms = searchForms(search);
  for (const [place, form] of forms.entries()) values[`$form${place}`] = form;
  if (forms.length > 0) {
    conditions.push(`(${forms.map((_, place) => `instr(search_text, $form${place}) > 0`).join(' OR ')})`);
  }
  return { where: conditions.join(' AND '), values };
}
