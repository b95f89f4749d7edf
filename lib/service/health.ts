import type { Stores } from '../ports.ts';
import { refuseLostGallery } from '../processing/lost-gallery.ts';

/**
 * Makes sure that pictures can be worked on and kept, and people found.
 * @throws BackendUnavailableError, ThrottledError that say what can't be used.
 */
export async function requireHealth({ faces, records, images }: Stores): Promise<void> {
  await Promise.all([faces.test(), records.check(), images.check()]);
  if (!(await faces.hasGallery())) await refuseLostGallery({ records });
}
