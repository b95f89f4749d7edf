import type { Stores } from '../ports.ts';
import type { EntryRecord } from '../records/port.ts';
import { mergeRefused, requireMergeable } from '../records/shared/mergeable.ts';
import { countsOf, findLeftovers } from './erase-entry.ts';
import { persistently } from './persistently.ts';
import { EntryPictures } from './same-picture.ts';

/**
 * Refuses to merge an entry of which something would be lost: reference pictures that the other does not have
 * yet, or files of the inbox that are still to be added.
 * @throws RequestInvalidError
 */
export async function requireMerged(stores: Stores, entry: EntryRecord, intoId: number): Promise<void> {
  const { records } = stores;
  if (intoId === entry.id) throw mergeRefused('An entry can not be merged into itself.');
  const into = await persistently(() => records.getEntry(intoId));
  requireMergeable(into, intoId);
  const own = await EntryPictures.of(stores, entry.id);
  const missing = await own.countMissingIn(await EntryPictures.of(stores, intoId));
  if (missing > 0) {
    throw mergeRefused(
      `Add the pictures of entry ${entry.id} to entry ${intoId} first: ${missing} are not there.`,
    );
  }
  const { inbox_files: waiting } = countsOf(await findLeftovers(stores, entry));
  if (waiting > 0) {
    throw mergeRefused(`Wait until the inbox is empty: ${waiting} of its files are for entry ${entry.id}.`);
  }
}
