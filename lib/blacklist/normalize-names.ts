import type { RecordStore } from '../records/port.ts';
import { logChanges } from '../records/shared/normal-entries.ts';

/**
 * Brings the names and reasons that an earlier version kept to their normal form, and logs whose.
 * @throws BackendUnavailableError
 */
export async function normalizeNames({ records }: { readonly records: RecordStore }): Promise<void> {
  logChanges(await records.normalizeEntries());
}
