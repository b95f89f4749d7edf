import type { MatchedEntry } from '../contract/shapes.ts';
import type { EntryRecord } from '../records/entry.ts';

/** Converts the entry of a match to the API's form: what whoever must act has to know. */
export function matchedEntry(entry: EntryRecord): MatchedEntry {
  const { id, name, reason, severity, category, notes, expiresAt } = entry;
  return { id, name, reason, severity, category, notes, expires_at: expiresAt };
}
