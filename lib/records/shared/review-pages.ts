import { type Range, sizeOf } from './clock.ts';

/**
 * Pictures with a match are listed by what people say of them. A picture moves from one list to another, so
 * it has no lasting rank there. Instead it keeps its rank among all pictures with a match, and the ranks of
 * those that are decided are counted in buckets. Those that are open are all the others.
 *
 * A page costs a look at the counts, 1 for each 1,000 pictures with a match. It also costs a look at the
 * ranks of the few buckets that it lies in.
 */

/** Ranks in a bucket. */
const bucketSize = 1000;

export const bucketOf = (rank: number) => Math.floor(rank / bucketSize);

/** A request for the decided ranks in a range, ascending. */
export type RanksWanted = Range;

/** Ranks of a page, newest first. */
export interface ReviewPage {
  readonly total: number;
  readonly ranks: readonly number[];
}

interface Piece extends Range {
  readonly size: number;
}

/**
 * Computes a page, and yields requests for ranks on the way.
 * @param ranges ranks of the pictures that the other filters pass, ascending
 * @param counts number of decided ranks in each bucket: of all verdicts for `isOpen`, else of the wanted one
 */
export function* reviewPage(
  ranges: readonly Range[],
  counts: ReadonlyMap<number, number>,
  isOpen: boolean,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Generator<RanksWanted, ReviewPage, readonly number[]> {
  const pieces: Piece[] = [];
  for (const piece of ranges.flatMap(inBuckets)) {
    const isWhole = sizeOf(piece) === bucketSize;
    const inBucket = counts.get(bucketOf(piece.first)) ?? 0;
    const decided = inBucket === 0 || isWhole ? inBucket : (yield piece).length;
    pieces.push({ ...piece, size: isOpen ? sizeOf(piece) - decided : decided });
  }
  let [skipped, left] = [offset, limit];
  const ranks: number[] = [];
  for (const { size, first, last } of pieces.toReversed()) {
    if (left > 0 && skipped < size) {
      const decided = yield { first, last };
      const some = (isOpen ? othersThan(decided, { first, last }) : decided).toReversed();
      const taken = some.slice(skipped, skipped + left);
      ranks.push(...taken);
      left -= taken.length;
    }
    skipped = Math.max(0, skipped - size);
  }
  return { total: pieces.reduce((sum, { size }) => sum + size, 0), ranks };
}

/** Cuts a range at the borders of buckets. */
function inBuckets({ first, last }: Range): Range[] {
  const parts: Range[] = [];
  for (let from = first; from <= last; ) {
    const end = Math.min(last, (bucketOf(from) + 1) * bucketSize - 1);
    parts.push({ first: from, last: end });
    from = end + 1;
  }
  return parts;
}

function othersThan(decided: readonly number[], { first, last }: Range): number[] {
  const known = new Set(decided);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index).filter(
    (rank) => !known.has(rank),
  );
}
