import type { BlacklistRecord } from '../contract/shapes.ts';
import { EntryNotFoundError } from '../errors.ts';
import type { Stores } from '../ports.ts';
import type { IfVersion } from '../records/port.ts';
import { blacklistRecord } from './blacklist-record.ts';
import { removeEntryEverywhere } from './remove.ts';

/**
 * Deletes an entry with its pictures and faces, and returns it as it was. It also finishes a deletion that
 * was interrupted.
 * @throws EntryNotFoundError
 * @throws VersionConflictError when it has none of the versions; nothing is deleted then.
 */
export async function deleteEntry(
  ports: Stores,
  entryId: number,
  condition: IfVersion = {},
): Promise<BlacklistRecord> {
  const entry = await ports.records.getEntry(entryId);
  if (!entry || entry.status === 'PENDING') throw new EntryNotFoundError();
  // Hidden first, in one step with the look at its version.
  await ports.records.markEntryDeleting(entryId, condition);
  await removeEntryEverywhere(ports, entryId);
  return blacklistRecord(ports, entry);
}
