/** What is younger than this may still be under way in another process. */
export const sweepAgeMs = 5 * 60_000;

/** Whether whoever began it has ended: no request lasts that long. */
export function isInterrupted({ addedDate }: { readonly addedDate: string }): boolean {
  return Date.now() - new Date(addedDate).getTime() > sweepAgeMs;
}
