import type { BlacklistRecord } from '../contract/shapes.ts';
import { EntryNotFoundError } from '../errors.ts';
import type { EntryPorts } from '../ports.ts';
import { blacklistRecord } from './blacklist-record.ts';
import { stayingId } from './merged-entries.ts';

/**
 * Returns an active entry.
 * @throws EntryNotFoundError that names the active entry which it was merged into, if it was
 */
export async function getEntry(ports: EntryPorts, entryId: number): Promise<BlacklistRecord> {
  const { records } = ports;
  const entry = await records.getEntry(entryId);
  if (entry?.status === 'ACTIVE') return blacklistRecord(ports, entry);
  const staying = await stayingId(records, entryId);
  const isListed = staying !== entryId && (await records.getEntry(staying))?.status === 'ACTIVE';
  throw new EntryNotFoundError(isListed ? staying : undefined);
}
