import type { DatabaseSync } from 'node:sqlite';
import { searchText } from '../../names/search-text.ts';

/**
 * Adds the columns of an entry's details. Moments are ISO 8601, UTC. `folded_category` is without case and
 * accents. Entries are searched by `search_text`, see `searchText`.
 */
export function addEntryDetails(database: DatabaseSync): void {
  database.exec(`
    ALTER TABLE entry ADD COLUMN expires_at TEXT;
    ALTER TABLE entry ADD COLUMN review_at TEXT;
    ALTER TABLE entry ADD COLUMN category TEXT;
    ALTER TABLE entry ADD COLUMN folded_category TEXT;
    ALTER TABLE entry ADD COLUMN severity TEXT;
    ALTER TABLE entry ADD COLUMN notes TEXT;
    ALTER TABLE entry ADD COLUMN suspended INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE entry ADD COLUMN search_text TEXT NOT NULL DEFAULT '';
    ALTER TABLE entry ADD COLUMN added_by TEXT;
    ALTER TABLE entry ADD COLUMN updated_by TEXT;
    ALTER TABLE entry ADD COLUMN updated_date TEXT;
    ALTER TABLE entry ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
    CREATE INDEX entry_expires ON entry (expires_at) WHERE expires_at IS NOT NULL;`);
  const note = database.prepare('UPDATE entry SET search_text = ? WHERE id = ?');
  for (const { id, name, reason } of database.prepare('SELECT id, name, reason FROM entry').all()) {
    note.run(searchText([String(name), reason === null ? null : String(reason)]), id ?? null);
  }
}
