import type { BlacklistRecord } from '../contract/shapes.ts';
import { EntryNotFoundError } from '../errors.ts';
import type { Stores } from '../ports.ts';
import type { HistoryChoice } from '../records/port.ts';
import { blacklistRecord } from './blacklist-record.ts';
import { persistently } from './persistently.ts';
import { removeEntryEverywhere } from './remove.ts';

/**
 * Erases an entry with its pictures and faces, and with what the history has of it; returns it as it was.
 * One whose erasure broke off is erased to the end.
 * @throws EntryNotFoundError
 */
export async function deleteEntry(
  ports: Stores,
  entryId: number,
  history: HistoryChoice = 'redact',
): Promise<BlacklistRecord> {
  const entry = await ports.records.getEntry(entryId);
  if (!entry || entry.status === 'PENDING') throw new EntryNotFoundError();
  await persistently(() => ports.records.markEntryDeleting(entryId, history));
  await removeEntryEverywhere(ports, entryId);
  return blacklistRecord(ports, entry);
}
