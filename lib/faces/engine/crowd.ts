/** Least number of items for which another worker is asked: fewer would not be worth the message. */
const leastShare = 4;

/** Number of faces, or of looks, from which on a worker asks whether others are free. */
export const crowdSize = 2 * leastShare;

/**
 * Shares items out among workers, as evenly as can be.
 * @param workers number of workers that are free, the asking one included
 * @returns number of items of each worker that gets some, the asking one's first
 */
export function sharesOf(items: number, workers: number): number[] {
  const parts = Math.max(1, Math.min(workers, Math.floor(items / leastShare)));
  return Array.from(
    { length: parts },
    (_, part) => Math.floor(((part + 1) * items) / parts) - Math.floor((part * items) / parts),
  );
}
