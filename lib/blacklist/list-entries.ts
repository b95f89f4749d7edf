import type { BlacklistRecord } from '../contract/shapes.ts';
import type { EntryPorts } from '../ports.ts';
import { foldedName } from './folded-name.ts';
import { blacklistRecord } from './record.ts';

/** Every listed person, or those whose name has `search` in it, by id ascending. */
export async function listEntries(ports: EntryPorts, search = ''): Promise<BlacklistRecord[]> {
  const entries = await ports.records.listEntries('ACTIVE');
  const wanted = foldedName(search.trim());
  return entries
    .filter(({ name }) => wanted === '' || foldedName(name).includes(wanted))
    .map((entry) => blacklistRecord(ports, entry));
}
