import type { BlacklistRecord } from '../contract/shapes.ts';
import { foldedName } from '../names/folded-name.ts';
import type { EntryPorts } from '../ports.ts';
import { blacklistRecord } from './blacklist-record.ts';

/** Returns the active entries by ascending id: all, or those whose normalized name contains `search`. */
export async function listEntries(ports: EntryPorts, search = ''): Promise<BlacklistRecord[]> {
  const entries = await ports.records.listEntries('ACTIVE');
  const wanted = foldedName(search);
  return entries
    .filter(({ name }) => wanted === '' || foldedName(name).includes(wanted))
    .map((entry) => blacklistRecord(ports, entry));
}
