import pLimit from 'p-limit';
import { allInTurns } from '../promises.ts';

/**
 * Rule by which the pictures of a new person decide who it is: those that agree do. The first one alone may
 * show somebody else.
 */

/** Pictures that others are compared with, at most: a folder of many strangers is not compared to its end. */
const maxLeaders = 16;

/** Returns true if a picture looks like the one it is compared with; undefined if it can't be compared. */
export type IsAlike<Picture> = (picture: Picture) => Promise<boolean | undefined>;

export interface Agreement<Picture> {
  /**
   * Largest group of pictures that look like its first; in a tie the one with the earliest picture. It is
   * empty if no two can be compared.
   */
  readonly agreeing: readonly Picture[];
  /** All others, in their order. */
  readonly others: readonly Picture[];
  /** Those of the others that are as many, and agree with each other: a tie, which the first has decided. */
  readonly tied: readonly Picture[];
}

/**
 * Finds the pictures that agree. The first is compared with all others. Only those that do not look like it
 * are compared further, until no group of as many can be among them.
 * @param lead begins comparisons with a picture; undefined if it can't be compared
 * @param atOnce number of comparisons at the same time
 */
export async function findAgreement<Picture>(
  pictures: readonly Picture[],
  lead: (picture: Picture) => Promise<IsAlike<Picture> | undefined>,
  atOnce = 1,
): Promise<Agreement<Picture>> {
  let agreeing: readonly Picture[] = [];
  let tied: readonly Picture[] = [];
  let left = pictures;
  const mayTie = () => agreeing.length > 1 && left.length === agreeing.length;
  for (let leaders = 0; leaders < maxLeaders && (left.length > agreeing.length || mayTie()); ) {
    const [leader, ...rest] = left;
    if (leader === undefined) break;
    const isAlike = await lead(leader);
    left = rest;
    if (!isAlike) continue;
    leaders += 1;
    const likeness = await allInTurns(rest, pLimit(atOnce), isAlike);
    // It may be the leader that shows no face.
    if (rest.length > 0 && likeness.every((alike) => alike === undefined)) continue;
    const group = [leader, ...rest.filter((_, place) => likeness[place] === true)];
    if (group.length > agreeing.length) [agreeing, tied] = [group, []];
    else if (group.length === agreeing.length && group.length > 1) tied = [...tied, ...group];
    left = rest.filter((_, place) => likeness[place] === false);
  }
  return { agreeing, others: pictures.filter((picture) => !agreeing.includes(picture)), tied };
}
