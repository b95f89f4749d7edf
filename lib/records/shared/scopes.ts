import { createHash } from 'node:crypto';
import { normalName } from '../../names/normal-form.ts';
import type { Origin } from '../../origin.ts';
import type { ProcessedFilter, ProcessedResult } from '../processed.ts';

/**
 * Processed pictures are listed in scopes: `all`, `match` or `no-match`, and one for each entry that was
 * found. Near misses have a scope for each entry too, by which an erasure finds them. One that tells its
 * origin is listed by its source, by its reference and by both, and there again by match and entry. In each
 * scope they have ranks 1, 2, 3 … in the order of their ids, and so of their time. A page is a range of
 * ranks, and a total is the difference of two.
 */

/**
 * Limit on the entries by which a picture can be found, the best matched ones. A crowd may show more listed
 * people than one transaction has room for.
 */
export const maxEntriesOfPicture = 50;
/**
 * Limit on a picture's scopes, all together: a transaction of DynamoDB has 100 actions. In the scopes of its
 * origins, the worst matched entries of a crowd are left out.
 */
const maxScopes = 90;

type Listed = Pick<ProcessedResult, 'faces' | 'has_blacklist_match' | keyof Origin>;

/** Names the scopes of a picture, besides `all`. */
export function scopesOf(result: Listed): string[] {
  const matched = matchedEntries(result);
  const entries = matched.map(entryScope);
  const match = result.has_blacklist_match ? 'match' : 'no-match';
  const { source, reference } = result;
  const origins = new Set([
    originScope({ source }),
    originScope({ reference }),
    originScope({ source, reference }),
  ]);
  origins.delete('');
  const shown = entries.slice(0, maxEntriesOfPicture);
  const room = maxScopes - 1 - shown.length - 2 * origins.size;
  const best = shown.slice(0, Math.floor(room / Math.max(1, origins.size)));
  const nearMissIds = nearEntries(result);
  const nearRoom = Math.max(0, maxScopes - 2 - shown.length - origins.size * (2 + best.length));
  const isCrowd = matched.length > maxEntriesOfPicture || nearMissIds.length > nearRoom;
  return [
    match,
    ...(isCrowd ? [crowdScope] : []),
    ...shown,
    ...nearMissIds.slice(0, nearRoom).map(nearScope),
    ...[...origins].flatMap((origin) => [origin, ...[match, ...best].map((scope) => `${origin} ${scope}`)]),
  ];
}

/** Names the scope of all pictures that a filter can pass; `none` is always empty. */
export function scopeOfFilter(filter: ProcessedFilter): string {
  const { hasMatch, entryId, nearEntryId, isCrowd, source, reference } = filter;
  if (isCrowd) return crowdScope;
  if (nearEntryId !== undefined) return nearScope(nearEntryId);
  const origin = originScope({ source, reference });
  const scope = shownScope({ hasMatch, entryId });
  if (origin === '' || scope === 'none') return scope;
  return scope === 'all' ? origin : `${origin} ${scope}`;
}

/** Names the scopes of a filter: a picture must be in one of them. Its review is left to be asked for. */
export function scopesWanted(filter: ProcessedFilter): string[] {
  if (filter.mergedIds?.length) return scopesOfSeveral(filter);
  return [filter.review ? scopeOfReviewed(filter) : scopeOfFilter(filter)];
}

/** Names the scopes of the pictures that show any of a filter's entries. */
export function scopesOfSeveral({ entryId, mergedIds = [], ...filter }: ProcessedFilter): string[] {
  return [entryId, ...mergedIds].map((id) => scopeOfFilter({ ...filter, entryId: id }));
}

function shownScope({ hasMatch, entryId }: ProcessedFilter): string {
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

/** Scope of the pictures that some of their entries do not lead to. */
export const crowdScope = 'crowd';

/** A key has little room, and a name is nothing for one: of source and reference, the scope tells a hash. */
function originScope(origin: { readonly [Name in keyof Origin]?: string | null | undefined }): string {
  const names = ['source', 'reference'] as const;
  return names.flatMap((name) => (origin[name] ? `${name}#${hashOf(origin[name])}` : [])).join(' ');
}

function hashOf(name: string): string {
  return createHash('sha256').update(normalName(name)).digest('base64url').slice(0, 22);
}

export const entryScope = (entryId: number) => `entry#${entryId}`;
const nearScope = (entryId: number) => `near#${entryId}`;

/** Lists the entries that a picture shows as near misses alone. */
function nearEntries({ faces }: Pick<ProcessedResult, 'faces'>): number[] {
  const matched = new Set(faces.flatMap((face) => face.blacklist_matches.map(({ entry }) => entry.id)));
  const nearMissIds = new Set(
    faces.flatMap(({ near_misses }) => near_misses?.map(({ entry }) => entry.id) ?? []),
  );
  return [...nearMissIds.difference(matched)];
}

/** Lists the entries that a picture shows, best match first. */
function matchedEntries({ faces }: Pick<ProcessedResult, 'faces'>): number[] {
  const best = new Map<number, number>();
  for (const { entry, distance } of faces.flatMap(({ blacklist_matches }) => blacklist_matches)) {
    best.set(entry.id, Math.min(distance, best.get(entry.id) ?? Number.POSITIVE_INFINITY));
  }
  return [...best].sort(([, one], [, other]) => one - other).map(([entryId]) => entryId);
}
