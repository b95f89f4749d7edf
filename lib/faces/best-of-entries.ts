import type { FaceOwner } from './face.ts';

/**
 * Limit on the reference images of one entry that a face is reported to match: the nearest are kept. Every
 * entry that matches is reported.
 */
export const maxImagesOfEntry = 100;

/**
 * Keeps the best matches of each entry, so that an entry with many reference images does not hide another.
 * @param bestFirst matches in the order that the result keeps
 */
export function bestOfEntries<Match extends Pick<FaceOwner, 'entryId'>>(
  bestFirst: readonly Match[],
  most = maxImagesOfEntry,
): Match[] {
  const counts = new Map<number, number>();
  return bestFirst.filter(({ entryId }) => {
    const count = (counts.get(entryId) ?? 0) + 1;
    counts.set(entryId, count);
    return count <= most;
  });
}

/** Finds the nearest reference image of each entry that does not match, nearest first. */
export function nearMissesAmong<Match extends Pick<FaceOwner, 'entryId'> & { readonly distance: number }>(
  bestFirst: readonly Match[],
  threshold: number,
): Match[] {
  // An entry's best match comes first. If that is within the threshold, the entry has no near miss.
  return bestOfEntries(bestFirst, 1).filter(({ distance }) => !(distance <= threshold));
}
