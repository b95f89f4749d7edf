import { BackendUnavailableError } from '../errors.ts';
import type { RecordStore } from '../records/port.ts';

const retryAfterSeconds = 60;

/**
 * Refuses an answer without matches if people are listed, but the gallery of faces is lost: nobody could
 * match.
 * @throws BackendUnavailableError
 */
export async function refuseLostGallery({ records }: { readonly records: RecordStore }): Promise<void> {
  if ((await records.listEntries('ACTIVE')).length === 0) return;
  throw new BackendUnavailableError(
    'The gallery of faces is missing, so nobody can be recognised; npm run reindex makes it again.',
    retryAfterSeconds,
  );
}
