import type { BlacklistRecord } from '../contract/shapes.ts';
import type { Ports } from '../ports.ts';
import { blacklistRecord } from './record.ts';

/** Every listed person, by id ascending. */
export async function listEntries(ports: Ports): Promise<BlacklistRecord[]> {
  const entries = await ports.records.listEntries('ACTIVE');
  return entries.map((entry) => blacklistRecord(ports, entry));
}
