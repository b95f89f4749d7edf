import type { EntryRecord } from '../port.ts';

type Force = Pick<EntryRecord, 'status' | 'expiresAt' | 'suspended'>;

/** Returns true if the entry has expired by that moment. */
export function isExpired({ expiresAt }: Pick<EntryRecord, 'expiresAt'>, now = Date.now()): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now;
}

/** Returns true if faces may match the entry now: it is shown, not suspended, and has not expired by the clock. */
export function isInForce(entry: Force, now = Date.now()): boolean {
  return entry.status === 'ACTIVE' && !entry.suspended && !isExpired(entry, now);
}
