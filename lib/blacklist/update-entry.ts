import type { BlacklistRecord } from '../contract/shapes.ts';
import { EntryNotFoundError } from '../errors.ts';
import type { EntryPorts } from '../ports.ts';
import { blacklistRecord } from './blacklist-record.ts';
import { nameWarnings } from './name-warnings.ts';

/**
 * Replaces an entry's name and reason.
 * @throws EntryNotFoundError
 * @throws NameTakenError when another entry has the name.
 */
export async function updateEntry(
  ports: EntryPorts,
  entryId: number,
  change: { name: string; reason: string | null },
): Promise<BlacklistRecord> {
  const entry = await ports.records.updateEntry(entryId, change);
  if (!entry) throw new EntryNotFoundError();
  return blacklistRecord(ports, entry, await nameWarnings(ports, entry));
}
