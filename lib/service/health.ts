import type { Stores } from '../ports.ts';
import { refuseLostGallery } from '../processing/lost-gallery.ts';

/**
 * Checks that the service can process pictures, store results, and find people.
 * @throws BackendUnavailableError, DiskFullError, ThrottledError that name the part that fails
 */
export async function requireHealth({ faces, records, images }: Stores): Promise<void> {
  await Promise.all([faces.test(), records.check(), images.check()]);
  if (!(await faces.hasGallery())) await refuseLostGallery({ records });
}
