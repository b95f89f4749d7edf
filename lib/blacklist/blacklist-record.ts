import type { BlacklistRecord } from '../contract/shapes.ts';
import { EntryNotFoundError } from '../errors.ts';
import { entryFolder } from '../images/key.ts';
import type { EntryPorts } from '../ports.ts';
import type { EntryRecord } from '../records/entry.ts';

/**
 * Converts an entry to the API's form, with the warnings of `entryWarnings` if they were requested. Its cover
 * is a path behind the API's prefix.
 */
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
    cover: entry.imageCount > 0 ? `/api/v1/blacklist/${entry.id}/images/cover` : null,
    expires_at: entry.expiresAt,
    review_at: entry.reviewAt,
    category: entry.category,
    severity: entry.severity,
    notes: entry.notes,
    suspended: entry.suspended,
    added_by: entry.addedBy,
    updated_by: entry.updatedBy,
    updated_date: entry.updatedDate,
    version: entry.version,
    warnings,
  };
}

/**
 * Returns the entry if it is active.
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
