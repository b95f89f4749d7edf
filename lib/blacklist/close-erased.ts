import { log } from '../log.ts';
import type { RecordStore } from '../records/port.ts';

/**
 * Closes the processed pictures that an earlier version left open after their matches were erased.
 * @throws BackendUnavailableError
 */
export async function closeErased({ records }: { readonly records: RecordStore }): Promise<void> {
  const pictures = await records.closeErased();
  if (pictures > 0)
    log().info({ pictures }, 'Pictures whose matches were erased wait for no judgement any more.');
}
