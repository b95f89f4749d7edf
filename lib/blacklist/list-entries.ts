import type { BlacklistRecord } from '../contract/shapes.ts';
import type { EntryPorts } from '../ports.ts';
import { blacklistRecord } from './record.ts';

/** Every listed person, by id ascending. */
export async function listEntries(ports: EntryPorts): Promise<BlacklistRecord[]> {
  const entries = await ports.records.listEntries('ACTIVE');
  return entries.map((entry) => blacklistRecord(ports, entry));
}
