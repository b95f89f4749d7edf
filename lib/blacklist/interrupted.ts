import type { Config } from '../config.ts';
import { daysBefore } from '../days.ts';

/** Age in ms below which a change may still be in progress in another process. */
export const sweepAgeMs = 5 * 60_000;

/** Returns true if the process that created the record must have ended. No request lasts that long. */
export function isInterrupted({ addedDate }: { readonly addedDate: string }): boolean {
  return Date.now() - new Date(addedDate).getTime() > sweepAgeMs;
}

/** Returns the moment by which an entry must have expired for the sweep to delete it, see `expiredSince`. */
export function expiredBefore({ expiredDays }: Pick<Config, 'expiredDays'>): Date {
  return daysBefore(expiredDays);
}
