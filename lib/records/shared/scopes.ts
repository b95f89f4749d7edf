import type { ProcessedFilter, ProcessedResult } from '../port.ts';

/**
 * Processed pictures are listed in scopes: `all`, `match` or `no-match`, and one for each entry that was
 * found. In each scope they have ranks 1, 2, 3 … in the order of their ids, and so of their time. A page is a
 * range of ranks, and a total is the difference of two.
 */

/**
 * Limit on the entries by which a picture can be found, the best matched ones. A crowd may show more listed
 * people than one transaction has room for.
 */
export const maxEntriesOfPicture = 50;

/** Names the scopes of a picture, besides `all`. */
export function scopesOf(result: Pick<ProcessedResult, 'faces' | 'has_blacklist_match'>): string[] {
  const entries = matchedEntries(result).slice(0, maxEntriesOfPicture);
  return [result.has_blacklist_match ? 'match' : 'no-match', ...entries.map(entryScope)];
}

/** Names the scope of all pictures that a filter can pass; `none` is always empty. */
export function scopeOfFilter({ hasMatch, entryId }: ProcessedFilter): string {
  if (entryId !== undefined) return hasMatch === false ? 'none' : entryScope(entryId);
  if (hasMatch === undefined) return 'all';
  return hasMatch ? 'match' : 'no-match';
}

/**
 * Names the scope in which the pictures that a filter can pass are looked for by their review. Only pictures
 * with a match have one.
 */
export function scopeOfReviewed(filter: ProcessedFilter): string {
  const scope = scopeOfFilter({ ...filter, hasMatch: filter.hasMatch ?? true });
  return scope === 'no-match' ? 'none' : scope;
}

const entryScope = (entryId: number) => `entry#${entryId}`;

/** Lists the entries that a picture shows, best match first. */
function matchedEntries({ faces }: Pick<ProcessedResult, 'faces'>): number[] {
  const best = new Map<number, number>();
  for (const { entry, distance } of faces.flatMap(({ blacklist_matches }) => blacklist_matches)) {
    best.set(entry.id, Math.min(distance, best.get(entry.id) ?? Number.POSITIVE_INFINITY));
  }
  return [...best].sort(([, one], [, other]) => one - other).map(([entryId]) => entryId);
}
