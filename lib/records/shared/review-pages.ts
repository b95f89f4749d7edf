import { type Range, sizeOf } from './clock.ts';

/**
 * Pictures with a match are listed by what people say of them. A picture moves from one list to another, so
 * it has no lasting rank there. Instead it keeps its rank among all pictures with a match, and the ranks of
 * those that are decided are counted in buckets. Those that are open are all the others that were not
 * removed.
 *
 * A page costs a look at the counts, 1 for each 1,000 pictures with a match. It also costs a look at the
 * ranks of the few buckets that it lies in.
 */

/** Ranks in a bucket. */
const bucketSize = 1000;

export const bucketOf = (rank: number) => Math.floor(rank / bucketSize);

/** A request for ranks in a range, ascending: the decided ones, or those that were not removed. */
export interface RanksWanted extends Range {
  readonly wanted: 'decided' | 'remaining';
}

/** A range of ranks, and how many of them were not removed. */
export interface CountedRange extends Range {
  readonly size: number;
}

/** Ranks of a page, newest first. */
export interface ReviewPage {
  readonly total: number;
  readonly ranks: readonly number[];
}

interface Piece extends Range {
  readonly decided: number;
}

/**
 * Computes a page, and yields requests for ranks on the way. A removed picture is neither open nor decided.
 * @param ranges ranks of the pictures that the other filters pass, ascending
 * @param counts number of decided ranks in each bucket: of all verdicts for `isOpen`, else of the wanted one
 */
export function* reviewPage(
  ranges: readonly CountedRange[],
  counts: ReadonlyMap<number, number>,
  isOpen: boolean,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Generator<RanksWanted, ReviewPage, readonly number[]> {
  const pieces: Piece[] = [];
  for (const piece of ranges.flatMap(inBuckets)) {
    const inBucket = counts.get(bucketOf(piece.first)) ?? 0;
    const isCounted = inBucket === 0 || sizeOf(piece) === bucketSize;
    pieces.push({ ...piece, decided: isCounted ? inBucket : (yield decidedIn(piece)).length });
  }
  const ranks: number[] = [];
  let skipped = offset;
  for (const piece of pieces.toReversed()) {
    if (ranks.length === limit) break;
    const remaining = isOpen ? yield { first: piece.first, last: piece.last, wanted: 'remaining' } : [];
    const size = isOpen ? remaining.length - piece.decided : piece.decided;
    if (skipped < size) {
      const decided = piece.decided > 0 ? yield decidedIn(piece) : [];
      const some = (isOpen ? othersThan(decided, remaining) : decided).toReversed();
      ranks.push(...some.slice(skipped, skipped + limit - ranks.length));
    }
    skipped = Math.max(0, skipped - size);
  }
  const decided = pieces.reduce((sum, piece) => sum + piece.decided, 0);
  const remaining = ranges.reduce((sum, { size }) => sum + size, 0);
  return { total: isOpen ? Math.max(0, remaining - decided) : decided, ranks };
}

function decidedIn({ first, last }: Range): RanksWanted {
  return { first, last, wanted: 'decided' };
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

function othersThan(decided: readonly number[], ranks: readonly number[]): number[] {
  const known = new Set(decided);
  return ranks.filter((rank) => !known.has(rank));
}
