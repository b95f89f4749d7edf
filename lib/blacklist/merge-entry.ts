import type { Stores } from '../ports.ts';
import type { EntryRecord, ImageRecord, RecordStore } from '../records/port.ts';
import { mergeRefused, requireMergeable } from '../records/shared/mergeable.ts';
import { countsOf, findLeftovers } from './erase-entry.ts';
import { persistently } from './persistently.ts';

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
  const [own, there] = await Promise.all([activeImages(records, entry.id), activeImages(records, intoId)]);
  const missing = missingOf(own, there);
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

async function activeImages(records: RecordStore, entryId: number): Promise<ImageRecord[]> {
  const all = await persistently(() => records.listImages(entryId));
  return all.filter(({ status }) => status === 'ACTIVE');
}

/** Counts the images without a counterpart of the same name and size. Each counterpart counts once. */
function missingOf(own: readonly ImageRecord[], there: readonly ImageRecord[]): number {
  const left = [...there];
  let missing = 0;
  for (const { file } of own) {
    const place = left.findIndex(({ file: other }) => isSame(file, other));
    if (place === -1) missing++;
    else left.splice(place, 1);
  }
  return missing;
}

/** Images of earlier versions have no properties to compare. */
function isSame(file: ImageRecord['file'], other: ImageRecord['file']): boolean {
  if (file === null) return true;
  if (other === null || (file.name !== null && file.name !== other.name)) return false;
  return file.width === other.width && file.height === other.height;
}
