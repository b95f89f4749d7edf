import type { BlacklistRecord } from '../contract/shapes.ts';
import { foldedName } from '../names/folded-name.ts';
import type { EntryPorts } from '../ports.ts';
import { blacklistRecord } from './blacklist-record.ts';

/** Every listed person, or those whose name has `search`, in its normal form, in it, by id ascending. */
export async function listEntries(ports: EntryPorts, search = ''): Promise<BlacklistRecord[]> {
  const entries = await ports.records.listEntries('ACTIVE');
  const wanted = foldedName(search);
  return entries
    .filter(({ name }) => wanted === '' || foldedName(name).includes(wanted))
    .map((entry) => blacklistRecord(ports, entry));
}
