import type { AuditFacts } from '../../audit/port.ts';
import { changeFacts, countWritten, removedPictures } from '../../audit/scope.ts';
import { batches } from '../../batches.ts';
import type { FaceCollection } from '../../faces/rekognition/kept-faces.ts';
import { leafOf, type NodeBytes, type NodePlace, readLater, removing } from '../shared/gaps.ts';
import { scopesOf } from '../shared/scopes.ts';
import { type Action, isNew } from './action.ts';
import { again, type TableClient } from './client.ts';
import { gapNodeKey, padded, pictureKey, processedKey, scopePartition } from './items.ts';
import { keptFacesOf } from './kept-faces.ts';
import type { Item, Key } from './keys.ts';
import { rankIn } from './ranks.ts';
import { hasMatches, removeReviews } from './reviews.ts';
import { readResult } from './stored.ts';

/**
 * A transaction takes 100 actions: so many on pictures, two for each leaf of the counts, and one for their
 * root.
 */
const maxActions = 60;
const maxLeaves = 15;
const ranksAtOnce = 8;

/** A picture that is to be removed. */
interface Leaving {
  /** Its number, which is its rank among all. */
  readonly rank: number;
  readonly scopes: readonly string[];
  /** Items that go with it. */
  readonly keys: readonly Key[];
  /** It shows somebody, and people may have judged it. */
  readonly mayHaveReviews: boolean;
}

/** Actions that remove the reviews of a picture, at most. */
const actionsOfReviews = 3;

/**
 * Removes processed pictures: from their scopes first, and then the answers themselves with their numbers.
 * Until then they are listed, and the removal can be done again.
 */
export async function removeProcessed(
  table: TableClient,
  ids: readonly number[],
  collection?: FaceCollection,
): Promise<number> {
  const items = await table.getAll([...new Set(ids)].map(processedKey));
  // Faces go first: as long as the record is there, it names them.
  await collection?.remove(items.flatMap((item) => keptFacesOf(item).map(({ id }) => id)));
  const leaving = await Promise.all(items.map((item) => leavingOf(table, item)));
  const byScope = new Map<string, number[]>();
  for (const { rank: number, scopes } of leaving) {
    for (const scope of scopes) byScope.set(scope, [...(byScope.get(scope) ?? []), number]);
  }
  for (const [scope, numbers] of byScope) await leaveScope(table, scope, numbers);
  for (const some of fitting(leaving)) {
    const ids = some.filter(({ mayHaveReviews }) => mayHaveReviews).map(({ rank }) => rank);
    await removeRanks(table, 'all', some, {
      others: () => removeReviews(table, ids),
      facts: [changeFacts(removedPictures(some.map(({ rank }) => rank)))],
    });
  }
  return leaving.length;
}

async function leavingOf(table: TableClient, item: Item): Promise<Leaving> {
  const result = await readResult(table, item);
  const picture = item.picture === undefined ? pictureIdAt(result.original_image_path) : String(item.picture);
  const parts: readonly Key[] = item.parts ?? [];
  const keys = [{ pk: item.pk, sk: item.sk }, ...parts, ...(picture ? [pictureKey(picture)] : [])];
  const scopes = item.scopes ?? scopesOf(result);
  return { rank: Number(item.sk), scopes, keys, mayHaveReviews: hasMatches(result) };
}

/**
 * Reads a picture's id from the place of its original, for an earlier version did not keep it beside the
 * answer.
 */
function pictureIdAt(location: string | null): string | undefined {
  return /\/([A-Za-z0-9-]+)-original\.[a-z]+$/.exec(location ?? '')?.[1];
}

/** Parts of the list that one transaction takes each. */
function* fitting<T extends Pick<Leaving, 'rank' | 'keys'> & Partial<Leaving>>(
  all: readonly T[],
): Generator<T[]> {
  let some: T[] = [];
  let actions = 0;
  const leaves = new Set<number>();
  for (const one of all) {
    leaves.add(leafOf(one.rank));
    const own = one.keys.length + (one.mayHaveReviews ? actionsOfReviews : 0);
    actions += own;
    if (some.length > 0 && (actions > maxActions || leaves.size > maxLeaves)) {
      yield some;
      some = [];
      actions = own;
      leaves.clear();
      leaves.add(leafOf(one.rank));
    }
    some.push(one);
  }
  if (some.length > 0) yield some;
}

async function leaveScope(table: TableClient, scope: string, numbers: readonly number[]): Promise<void> {
  const places: { rank: number; keys: Key[] }[] = [];
  for await (const few of batches(numbers, ranksAtOnce)) {
    const ranks = await Promise.all(few.map((number) => rankIn(table, scope, number)));
    for (const rank of ranks) {
      // It may have left the scope before the last attempt broke off.
      if (rank !== undefined) places.push({ rank, keys: [{ pk: scopePartition(scope), sk: padded(rank) }] });
    }
  }
  for (const some of fitting(places)) await removeRanks(table, scope, some);
}

/**
 * Removes the items, and counts the ranks as removed, in one transaction, with other actions and the lines of
 * the audit trail.
 */
async function removeRanks(
  table: TableClient,
  scope: string,
  leaving: readonly { readonly rank: number; readonly keys: readonly Key[] }[],
  { others = async () => [], facts = [] }: { others?: () => Promise<Action[]>; facts?: AuditFacts[] } = {},
): Promise<void> {
  const ranks = leaving.map(({ rank }) => rank);
  const keys = leaving.flatMap((one) => one.keys);
  await table.settle(async () => {
    const versions = new Map<string, number>();
    const nodeAt = async (place: NodePlace): Promise<NodeBytes> => {
      const item = await table.get(gapNodeKey(scope, place));
      if (item) versions.set(nameOf(place), Number(item.version));
      return item?.bytes;
    };
    const changes = await readLater(removing(ranks), nodeAt);
    const nodes = changes.map(({ bytes, ...place }): Action => {
      const version = versions.get(nameOf(place));
      const put = { ...gapNodeKey(scope, place), bytes, version: (version ?? 0) + 1 };
      if (version === undefined) return { put, ...isNew };
      return { put, condition: '#version = :version', values: { version } };
    });
    const removals = keys.map((remove) => ({ remove }));
    const { done } = await table.transact([...nodes, ...removals, ...(await others())], facts);
    if (done) countWritten(facts.length);
    return done || again;
  });
}

const nameOf = ({ level, number }: NodePlace) => `${level}#${number}`;
