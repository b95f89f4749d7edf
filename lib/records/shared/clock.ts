/**
 * Records follow the clock, and keep the order of their ids. Where the clock was put back, a new *run* of records begins: within a run,
 * time never goes back.
 */

/** Clocks of several machines differ by less, and so does one that is corrected: no run begins for that, and time waits. */
const toleratedMs = 1000;

/** The time of a record, in milliseconds since 1970, that follows one of `previous`. */
export function timeAfter(previous: number, now = Date.now()): { at: number; isNewRun: boolean } {
  if (now >= previous) return { at: now, isNewRun: false };
  const isNewRun = previous - now > toleratedMs;
  return { at: isNewRun ? now : previous, isNewRun };
}

/** First and last, both included; there are none where the first is larger. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

export function sizeOf({ first, last }: Range): number {
  return Math.max(0, last - first + 1);
}

/** The parts of the ranges, which ascend, that make a page; the newest comes first, and within a part all come from its last on. */
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
