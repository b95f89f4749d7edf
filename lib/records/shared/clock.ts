/**
 * Records follow the clock, and their order is that of their ids. When the clock was put back, a new *run* of
 * records begins. Within a run, time never goes back.
 */

/**
 * Step back in milliseconds that begins no new run; the time stands still instead. Clocks of several
 * machines, and clocks that are corrected, differ by less.
 */
const toleratedMs = 1000;

/** Computes the time of a record after one of `previous`, in milliseconds since 1970. */
export function timeAfter(previous: number, now = Date.now()): { at: number; isNewRun: boolean } {
  if (now >= previous) return { at: now, isNewRun: false };
  const isNewRun = previous - now > toleratedMs;
  return { at: isNewRun ? now : previous, isNewRun };
}

/** First and last number of a range, both included; it is empty if the first is larger. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

export function sizeOf({ first, last }: Range): number {
  return Math.max(0, last - first + 1);
}

/**
 * Computes the parts of ascending ranges that make up a page. The newest part comes first. Within a part,
 * items are read from the last to the first.
 */
export function pageOf(ranges: readonly Range[], offset: number, limit: number): Range[] {
  const parts: Range[] = [];
  let [skipped, left] = [offset, limit];
  for (const range of ranges.toReversed()) {
    const size = sizeOf(range);
    if (skipped < size && left > 0) {
      const last = range.last - skipped;
      const first = Math.max(range.first, last - left + 1);
      parts.push({ first, last });
      left -= last - first + 1;
    }
    skipped = Math.max(0, skipped - size);
  }
  return parts;
}
