import type { DatabaseSync } from 'node:sqlite';
import { foldedName } from '../../names/folded-name.ts';
import { logChanges, planNormalForms, type StoredEntry } from '../shared/normal-entries.ts';
import { row } from '../shared/row.ts';

/**
 * Brings names and reasons to their normal form. It also stores each name without case and accents, for the
 * search of similar names.
 */
export function normalizeEntries(database: DatabaseSync): void {
  database.exec(`
    ALTER TABLE entry ADD COLUMN folded_name TEXT;
    CREATE INDEX entry_folded_name ON entry (folded_name);`);
  const entries = database.prepare('SELECT id, name, reason, status FROM entry').all();
  const changes = planNormalForms(row<StoredEntry[]>(entries));
  const change = database.prepare('UPDATE entry SET name = ?, reason = ? WHERE id = ?');
  for (const { entryId, name, reason } of changes) change.run(name, reason, entryId);
  const fold = database.prepare('UPDATE entry SET folded_name = ? WHERE id = ?');
  for (const { id, name } of database.prepare('SELECT id, name FROM entry').all()) {
    fold.run(foldedName(String(name)), id ?? null);
  }
  logChanges(changes);
}
