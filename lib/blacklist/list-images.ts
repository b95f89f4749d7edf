import type { ImageRecord } from '../records/entry.ts';
import type { RecordStore } from '../records/port.ts';
import { activeEntry } from './blacklist-record.ts';

/**
 * Returns the reference images of a listed person, oldest first.
 * @throws EntryNotFoundError
 */
export async function listImages(records: RecordStore, entryId: number): Promise<ImageRecord[]> {
  await activeEntry({ records }, entryId);
  return (await records.listImages(entryId)).filter(({ status }) => status === 'ACTIVE');
}
