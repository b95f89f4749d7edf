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

/** A range of which so many are there still. */
export interface CountedRange extends Range {
  readonly size: number;
}

/** A part of a page: so many of a range, from its last on, behind so many that are skipped. */
export interface PagePart extends CountedRange {
  readonly skipped: number;
}

/** The parts of the ranges, which ascend, that make a page; the newest comes first. */
export function pageOf(ranges: readonly CountedRange[], offset: number, limit: number): PagePart[] {
  const parts: PagePart[] = [];
  let [skipped, left] = [offset, limit];
  for (const range of ranges.toReversed()) {
    if (skipped < range.size && left > 0) {
      const size = Math.min(left, range.size - skipped);
      parts.push({ ...range, skipped, size });
      left -= size;
    }
    skipped = Math.max(0, skipped - range.size);
  }
  return parts;
}
