import type { EntryRecord, ImageRecord } from '../entry.ts';

type Force = Pick<EntryRecord, 'status' | 'expiresAt' | 'suspended'>;

/** Returns true if the entry has expired by that moment. */
export function isExpired({ expiresAt }: Pick<EntryRecord, 'expiresAt'>, now = Date.now()): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now;
}

/**
 * Returns the moment from which the days of an expired entry count, in milliseconds since 1970: its end, or
 * its listing or last change, where these came later. Whoever sets an end in the past has as long to see it.
 */
export function expiredSince({
  expiresAt,
  addedDate,
  updatedDate,
}: Pick<EntryRecord, 'expiresAt' | 'addedDate' | 'updatedDate'>): number {
  const ends = expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(expiresAt);
  return Math.max(ends, Date.parse(addedDate), Date.parse(updatedDate ?? addedDate));
}

/** Returns true if faces may match the entry now: it is `ACTIVE`, not suspended, and not expired. */
export function isInForce(entry: Force, now = Date.now()): boolean {
  return entry.status === 'ACTIVE' && !entry.suspended && !isExpired(entry, now);
}

/** Tells why nobody matches the entry, as a sentence; `undefined` while it is in force. */
export function whyNotInForce(entry: Force, now = Date.now()): string | undefined {
  if (entry.suspended) return 'The entry is suspended: nobody matches it.';
  return isExpired(entry, now) ? `The entry expired at ${entry.expiresAt}: nobody matches it.` : undefined;
}

/** Returns the images whose entries are in force, by their ids, each with its entry. */
export function withEntriesInForce(
  images: readonly ImageRecord[],
  entries: readonly EntryRecord[],
): Map<string, { image: ImageRecord; entry: EntryRecord }> {
  const inForce = new Map(entries.filter((entry) => isInForce(entry)).map((entry) => [entry.id, entry]));
  const found = new Map<string, { image: ImageRecord; entry: EntryRecord }>();
  for (const image of images) {
    const entry = inForce.get(image.entryId);
    if (entry) found.set(image.id, { image, entry });
  }
  return found;
}
