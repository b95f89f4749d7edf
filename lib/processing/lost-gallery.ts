import { BackendUnavailableError } from '../errors.ts';
import type { RecordStore } from '../records/port.ts';

const retryAfterSeconds = 60;

/**
 * Refuses to say that nobody was found where nobody can be: somebody is listed, and there is no gallery of faces.
 * @throws BackendUnavailableError
 */
export async function refuseLostGallery({ records }: { readonly records: RecordStore }): Promise<void> {
  if ((await records.listEntries('ACTIVE')).length === 0) return;
  throw new BackendUnavailableError(
    'The gallery of faces is missing, so nobody can be recognised; npm run reindex makes it again.',
    retryAfterSeconds,
  );
}
