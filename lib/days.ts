/** Length of a day in milliseconds. */
export const dayMs = 24 * 60 * 60_000;

/** Returns the moment that lies so many days before another. */
export function daysBefore(days: number, now = new Date()): Date {
  return new Date(now.getTime() - days * dayMs);
}
