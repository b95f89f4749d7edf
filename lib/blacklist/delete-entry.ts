import type { BlacklistRecord } from '../contract/shapes.ts';
import { EntryNotFoundError } from '../errors.ts';
import type { Stores } from '../ports.ts';
import { blacklistRecord } from './blacklist-record.ts';
import { removeEntryEverywhere } from './remove.ts';

/**
 * Deletes an entry with its pictures and faces, and returns it as it was. It also finishes a deletion that
 * was interrupted.
 * @throws EntryNotFoundError
 */
export async function deleteEntry(ports: Stores, entryId: number): Promise<BlacklistRecord> {
  const entry = await ports.records.getEntry(entryId);
  if (!entry || entry.status === 'PENDING') throw new EntryNotFoundError();
  await removeEntryEverywhere(ports, entryId);
  return blacklistRecord(ports, entry);
}
