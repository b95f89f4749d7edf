import type { FaceOwner } from './port.ts';

/** Of an entry's reference images that match a face, so many are told: the nearest. Of entries, all that match are told. */
export const maxImagesOfEntry = 100;

/**
 * Keeps the best of each entry, so that one with many reference images does not hide another.
 * @param bestFirst stays in its order
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

/** Of each entry that does not match, the nearest reference image; nearest first. */
export function nearMissesAmong<Match extends Pick<FaceOwner, 'entryId'> & { readonly distance: number }>(
  bestFirst: readonly Match[],
  threshold: number,
): Match[] {
  // An entry's best comes first: where that is a match, none of the entry's is a near miss.
  return bestOfEntries(bestFirst, 1).filter(({ distance }) => !(distance <= threshold));
}
