import type { NewEntry } from '../entry.ts';

/** Milliseconds for which an entry is its maker's if the maker asks for no other time. */
const usualClaimMs = 5 * 60_000;

/** Returns the end of a new entry's claim, in milliseconds since 1970. */
export function claimEnd({ claimMs = usualClaimMs }: Pick<NewEntry, 'claimMs'>): number {
  return Date.now() + claimMs;
}

/**
 * Returns true if an entry's maker has given no sign of life in time.
 * @param claimedUntil end of the claim in milliseconds since 1970; earlier versions noted none
 */
export function hasLapsed(addedDate: string, claimedUntil: number | null | undefined): boolean {
  return (claimedUntil ?? new Date(addedDate).getTime() + usualClaimMs) <= Date.now();
}
