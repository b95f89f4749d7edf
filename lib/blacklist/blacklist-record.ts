import type { BlacklistRecord } from '../contract/shapes.ts';
import { EntryNotFoundError } from '../errors.ts';
import { entryFolder } from '../images/key.ts';
import type { EntryPorts } from '../ports.ts';
import type { EntryRecord } from '../records/port.ts';

/** An entry as clients see it, with what `nameWarnings` found where it was looked for. */
export function blacklistRecord(
  { images }: Pick<EntryPorts, 'images'>,
  entry: EntryRecord,
  warnings: string[] | null = null,
): BlacklistRecord {
  return {
    id: entry.id,
    name: entry.name,
    reason: entry.reason,
    added_date: entry.addedDate,
    reference_image_dir: images.location(entryFolder(entry.id)),
    image_count: entry.imageCount,
    warnings,
  };
}

/**
 * The entry, if it is one that is shown.
 * @throws EntryNotFoundError
 */
export async function activeEntry(
  { records }: Pick<EntryPorts, 'records'>,
  entryId: number,
): Promise<EntryRecord> {
  const entry = await records.getEntry(entryId);
  if (entry?.status !== 'ACTIVE') throw new EntryNotFoundError();
  return entry;
}
