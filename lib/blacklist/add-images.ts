import type { AddedImages } from '../contract/add-images.ts';
import type { EnrollingPorts } from '../ports.ts';
import { enrollImages, type ReferenceFile } from './enroll-images.ts';
import { activeEntry } from './record.ts';

/**
 * Adds pictures to a listed person.
 * @throws EntryNotFoundError
 * @throws NoUsableImageError when no picture can be used.
 */
export async function addImages(
  ports: EnrollingPorts,
  entryId: number,
  files: readonly ReferenceFile[],
): Promise<AddedImages> {
  await activeEntry(ports, entryId);
  const { enrolled, errors } = await enrollImages(ports, entryId, files);
  return { message: `${enrolled} image${enrolled === 1 ? '' : 's'} added.`, errors };
}
