import type { AddedImages } from '../contract/endpoints/add-images.ts';
import type { EnrollingPorts } from '../ports.ts';
import { enrollImages, type ReferenceFile } from './enroll-images.ts';
import { possibleDuplicates } from './possible-duplicates.ts';
import { activeEntry } from './record.ts';

/**
 * Adds pictures to a listed person.
 * @param remainingMs how long the request may still take.
 * @throws EntryNotFoundError
 * @throws NoUsableImageError when no picture can be used.
 */
export async function addImages(
  ports: EnrollingPorts,
  entryId: number,
  files: readonly ReferenceFile[],
  remainingMs?: () => number,
): Promise<AddedImages> {
  await activeEntry(ports, entryId);
  const { enrolled, errors, similar } = await enrollImages(ports, entryId, files, { remainingMs });
  return {
    message: `${enrolled} image${enrolled === 1 ? '' : 's'} added.`,
    errors,
    possible_duplicates: await possibleDuplicates(ports, entryId, similar),
  };
}
