import type { RecordStore } from '../records/port.ts';
import { logChanges } from '../records/shared/normal-entries.ts';

/**
 * Brings names and reasons of an earlier version to their normal form, and logs the changed entries' ids.
 * @throws BackendUnavailableError
 */
export async function normalizeNames({ records }: { readonly records: RecordStore }): Promise<void> {
  logChanges(await records.normalizeEntries());
}
