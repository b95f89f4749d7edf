import type { BlacklistRecord } from '../contract/shapes.ts';
import type { EntryPorts } from '../ports.ts';
import { activeEntry, blacklistRecord } from './blacklist-record.ts';

/**
 * Returns an active entry.
 * @throws EntryNotFoundError
 */
export async function getEntry(ports: EntryPorts, entryId: number): Promise<BlacklistRecord> {
  return blacklistRecord(ports, await activeEntry(ports, entryId));
}
