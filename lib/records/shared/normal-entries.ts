import { log } from '../../log.ts';
import { normalName, normalReason } from '../../names/normal-form.ts';
import type { EntryChange } from '../entry.ts';

/** A listed person, possibly as stored by an earlier version. */
export interface StoredEntry {
  readonly id: number;
  readonly name: string;
  readonly reason: string | null;
  readonly status: 'PENDING' | 'ACTIVE' | 'DELETING';
}

/** Name of an entry whose name has no visible character. */
const nameless = 'Unnamed';
const maxCharacters = 100;
/** Order in which entries of one name keep it: `ACTIVE` ones first, and of these the oldest. */
const ranks = { ACTIVE: 0, PENDING: 1, DELETING: 2 } as const;

/**
 * Plans the changes that bring entries to their normal form. If several names become one, the newer entries
 * get ` (2)`, ` (3)` … behind theirs. The changes are in an order in which each new name is free when its
 * turn comes.
 */
export function planNormalForms(entries: readonly StoredEntry[]): EntryChange[] {
  const wanted = entries.map((entry) => ({ ...entry, wanted: normalName(entry.name) || nameless }));
  const taken = new Set(wanted.map((entry) => entry.wanted));
  const holders = new Map<string, number>();
  const numbered: EntryChange[] = [];
  const others: EntryChange[] = [];
  for (const entry of wanted.sort(byAge)) {
    const holder = holders.get(entry.wanted);
    const name = holder === undefined ? entry.wanted : freeName(entry.wanted, taken);
    if (holder === undefined) holders.set(name, entry.id);
    taken.add(name);
    const reason = entry.reason === null ? null : normalReason(entry.reason);
    if (name === entry.name && reason === entry.reason) continue;
    const change = { entryId: entry.id, name, reason, sameNameAs: holder };
    // A numbered name is new, so it is always free. The entry may hold a name that another is to get, so it
    // goes first.
    (holder === undefined ? others : numbered).push(change);
  }
  return [...numbered, ...others];
}

function byAge(one: StoredEntry, other: StoredEntry): number {
  return ranks[one.status] - ranks[other.status] || one.id - other.id;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 2; ; number++) {
    const suffix = ` (${number})`;
    const room = maxCharacters - suffix.length;
    const numbered = normalName([...name].slice(0, room).join('') + suffix);
    if (!taken.has(numbered)) return numbered;
  }
}

/** Logs the changes by the entries' ids, because names do not belong in the log. */
export function logChanges(changes: readonly EntryChange[]): void {
  if (changes.length === 0) return;
  log().info({ entries: changes.length }, 'Names and reasons were brought to their normal form.');
  for (const { entryId, sameNameAs } of changes) {
    if (sameNameAs === undefined) continue;
    log().warn(
      { entryId, sameNameAs },
      `Entries ${sameNameAs} and ${entryId} have the same name: entry ${entryId} has a number behind it now. Rename one, or delete it.`,
    );
  }
}
