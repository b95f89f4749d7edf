import { createHash } from 'node:crypto';
import { normalName } from '../../names/normal-form.ts';
import type { Origin } from '../../origin.ts';
import type { ProcessedFilter, ProcessedResult } from '../port.ts';

/**
 * Processed pictures are listed in scopes: `all`, `match` or `no-match`, and one for each entry that was
 * found. One that tells its origin is listed by its source, by its reference and by both, and there again by
 * match and entry. In each scope they have ranks 1, 2, 3 … in the order of their ids, and so of their time. A
 * page is a range of ranks, and a total is the difference of two.
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
  const entries = matchedEntries(result).map(entryScope);
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
  return [
    match,
    ...shown,
    ...[...origins].flatMap((origin) => [origin, ...[match, ...best].map((scope) => `${origin} ${scope}`)]),
  ];
}

/** Names the scope of all pictures that a filter can pass; `none` is always empty. */
export function scopeOfFilter({ hasMatch, entryId, source, reference }: ProcessedFilter): string {
  const origin = originScope({ source, reference });
  const scope = shownScope({ hasMatch, entryId });
  if (origin === '' || scope === 'none') return scope;
  return scope === 'all' ? origin : `${origin} ${scope}`;
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

/** A key has little room, and a name is nothing for one: of source and reference, the scope tells a hash. */
function originScope(origin: { readonly [Name in keyof Origin]?: string | null | undefined }): string {
  const names = ['source', 'reference'] as const;
  return names.flatMap((name) => (origin[name] ? `${name}#${hashOf(origin[name])}` : [])).join(' ');
}

function hashOf(name: string): string {
  return createHash('sha256').update(normalName(name)).digest('base64url').slice(0, 22);
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
