import { changeFacts, countWritten } from '../../audit/scope.ts';
import type { ReviewState } from '../../contract/review.ts';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import type { FaceCollection } from '../../faces/rekognition/kept-faces.ts';
import type { RecordStore } from '../port.ts';
import type {
  KeptFace,
  KeptFacePlace,
  ProcessedFilter,
  ProcessedIds,
  ProcessedPage,
  ProcessedQuery,
  ProcessedResult,
  Stamp,
  TrackProgress,
} from '../processed.ts';
import { type CountedRange, pageOf } from '../shared/clock.ts';
import { rankBelow, remaining, remainingRanks } from '../shared/gaps.ts';
import {
  entryScope,
  scopeOfFilter,
  scopeOfReviewed,
  scopesOf,
  scopesOfSeveral,
  scopesWanted,
} from '../shared/scopes.ts';
import { changePicture } from './change-picture.ts';
import type { TableClient } from './client.ts';
import { gapsOf } from './gaps.ts';
import { padded, pictureKey, processedKey, scopePartition } from './items.ts';
import { keep } from './kept.ts';
import { forgetFaces, keptFaceIds } from './kept-faces.ts';
import type { Item } from './keys.ts';
import { PictureNumbering } from './numbering.ts';
import { lastDisorder, newestTime, ranksWithin, timeOf } from './ranks.ts';
import { removeProcessed } from './removal.ts';
import { pageInState, placesInState } from './reviewed-pages.ts';
import { addReviews } from './reviews.ts';
import { readResult } from './stored.ts';

/** Makes the part of the record store that keeps processed pictures. */
export function processedRecords(table: TableClient, collection?: FaceCollection) {
  const numbering = new PictureNumbering(table);
  return {
    addProcessed: (
      pictureId: string,
      result: ProcessedResult,
      carried?: Date,
      faces: readonly KeptFace[] = [],
    ): Promise<Stamp> => addProcessed(table, numbering, { pictureId, result, carried, faces }),

    getProcessed: (id: number, actor?: string) => getProcessed(table, id, actor),

    getProcessedAmong: (ids: readonly number[], filter?: ProcessedFilter) =>
      getProcessedAmong(table, ids, filter),

    updateTrack: (id: number, progress: TrackProgress) => updateTrack(table, id, progress),

    findProcessed: (pictureIds: readonly string[]) => findProcessed(table, pictureIds),

    listProcessed: (query: ProcessedQuery) => listProcessed(table, query),

    listProcessedIds: (query: ProcessedQuery) => listProcessedIds(table, query),

    lastSeen: (entryId: number) => newestTime(table, entryScope(entryId)),

    removeProcessed: (ids: readonly number[]) => removeProcessed(table, ids, collection),

    forgetFaces: (places: readonly KeptFacePlace[], entryId: number) =>
      forgetFaces(table, collection, places, entryId),

    /** Faces of other versions are in other collections. */
    async forgetFacesBefore(time: Date): Promise<number> {
      return (await collection?.removeBefore(time)) ?? 0;
    },

    timeDisorder: () => lastDisorder(table),
  } satisfies Partial<RecordStore>;
}

interface Addition {
  readonly pictureId: string;
  readonly result: ProcessedResult;
  /** Time that an earlier service gave the picture. */
  readonly carried: Date | undefined;
  readonly faces: readonly KeptFace[];
}

async function addProcessed(
  table: TableClient,
  numbering: PictureNumbering,
  { pictureId, result, carried, faces }: Addition,
): Promise<Stamp> {
  const kept = await keep(table, result);
  // The table's stream makes an event of every picture that has this field.
  const isPublished = result.has_blacklist_match && !carried && !result.track?.suppressed;
  const matched = isPublished ? { matched: pictureId } : {};
  const facts = changeFacts({});
  const scopes = scopesOf(result);
  const own = { ...kept, ...matched, ...keptFaceIds(faces) };
  const arrival = { pictureId, picture: pictureId, scopes, ...own, facts };
  const { number, at } = await numbering.number(arrival, carried);
  countWritten(1);
  return { id: number, timestamp: new Date(at).toISOString() };
}

async function getProcessed(
  table: TableClient,
  id: number,
  actor: string | undefined,
): Promise<ImageProcessingResult | undefined> {
  const item = await table.get(processedKey(id));
  if (!item || (actor !== undefined && item.actor !== actor)) return undefined;
  const [result] = await readResults(table, [item]);
  return result;
}

async function getProcessedAmong(
  table: TableClient,
  ids: readonly number[],
  filter?: ProcessedFilter,
): Promise<Map<number, ImageProcessingResult>> {
  const items = await table.getAll([...new Set(ids)].map(processedKey));
  const results = await readResults(table, filter ? await meantBy(table, items, filter) : items);
  return new Map(results.map((result) => [result.db_id ?? 0, result]));
}

async function updateTrack(table: TableClient, id: number, progress: TrackProgress): Promise<void> {
  await changePicture(table, processedKey(id), (result) =>
    result.track ? { ...result, track: { ...result.track, ...progress } } : undefined,
  );
}

async function findProcessed(table: TableClient, pictureIds: readonly string[]): Promise<Set<string>> {
  const keys = new Map(pictureIds.map((pictureId) => [pictureKey(pictureId).pk, pictureId]));
  const items = await table.getAll([...keys.values()].map(pictureKey));
  return new Set(items.map(({ pk }) => keys.get(pk)).filter((pictureId) => pictureId !== undefined));
}

/** Leaves those pictures that a filter means. */
async function meantBy(
  table: TableClient,
  items: readonly Item[],
  filter: ProcessedFilter,
): Promise<readonly Item[]> {
  const { review, since, until, beforeId = Number.POSITIVE_INFINITY } = filter;
  const scopes = new Set(scopesWanted(filter));
  const isWithin = (item: Item) =>
    Number(item.sk) < beforeId &&
    timeOf(item) >= (since?.getTime() ?? 0) &&
    timeOf(item) < (until?.getTime() ?? Number.POSITIVE_INFINITY);
  const isInScope = async (item: Item) =>
    scopes.has('all') ||
    (item.scopes ?? scopesOf(await readResult(table, item))).some((scope: string) => scopes.has(scope));
  const inScopes = await Promise.all(items.map(async (item) => isWithin(item) && (await isInScope(item))));
  const meant = items.filter((_, index) => inScopes[index]);
  return review ? placesInState(table, meant, review) : meant;
}

/** Reads a page of pictures, in the way that its filter allows. */
async function listProcessed(table: TableClient, query: ProcessedQuery): Promise<ProcessedPage> {
  if (query.review || query.mergedIds?.length || scopeOfFilter(query) !== 'all') {
    const { total, ids } = await listProcessedIds(table, query);
    return { total, items: await readResults(table, await picturesOf(table, ids)) };
  }
  const { total, parts } = await partsOf(table, 'all', query);
  const found: Item[] = [];
  for (const { first, last, size } of parts) {
    found.push(...(await placesFrom(table, scopePartition('all'), [first, last], size)));
  }
  return { total, items: await readResults(table, found) };
}

/** Reads the ids of a page of pictures, in the way that its filter allows. */
function listProcessedIds(table: TableClient, query: ProcessedQuery): Promise<ProcessedIds> {
  const { review, ...rest } = query;
  if (query.mergedIds?.length) return listOfScopes(table, scopesOfSeveral(query), query);
  return review ? listReviewed(table, { ...rest, review }) : listAll(table, rest);
}

/** Reads the ids of a page of the pictures in all states of review. */
async function listAll(table: TableClient, query: Omit<ProcessedQuery, 'review'>): Promise<ProcessedIds> {
  const scope = scopeOfFilter(query);
  const { total, parts, gaps } = await partsOf(table, scope, query);
  const ids: number[] = [];
  for (const { first, last, size } of parts) {
    if (scope === 'all') {
      const oldest = await gaps(rankBelow(last, size - 1));
      ids.push(...(await gaps(remainingRanks({ first: oldest, last }))).toReversed());
    } else {
      ids.push(...(await placesFrom(table, scopePartition(scope), [first, last], size)).map(numberAt));
    }
  }
  return { total, ids };
}

/** Finds the parts of a scope that make a page, newest first: so many pictures of each, from its last on. */
async function partsOf(
  table: TableClient,
  scope: string,
  { limit, offset, ...filter }: Omit<ProcessedQuery, 'review'>,
) {
  const { ranges, root } = await ranksWithin(table, scope, filter);
  const gaps = gapsOf(table, scope, root);
  const counted = await Promise.all(
    ranges.map(async (range) => ({ ...range, size: await gaps(remaining(range)) })),
  );
  const parts: CountedRange[] = [];
  for (const { first, last, skipped, size } of pageOf(counted, offset, limit)) {
    parts.push({ first, last: skipped === 0 ? last : await gaps(rankBelow(last, skipped)), size });
  }
  return { total: counted.reduce((sum, { size }) => sum + size, 0), parts, gaps };
}

/** Reads the ids of a page of the pictures whose matches are in one state. */
async function listReviewed(
  table: TableClient,
  { limit, offset, review, ...filter }: ProcessedQuery & { readonly review: ReviewState },
): Promise<ProcessedIds> {
  const scope = scopeOfReviewed(filter);
  if (scope !== 'match') return listOfScopes(table, [scope], { limit, offset, review, ...filter });
  const { total, ranks } = await pageInState(table, await ranksWithin(table, scope, filter), review, {
    limit,
    offset,
  });
  const places = await table.getAll(ranks.map((rank) => ({ pk: scopePartition(scope), sk: padded(rank) })));
  return { total, ids: newestFirst(places.map(numberAt)) };
}

/** Reads the ids of a page of the pictures that are in any of the scopes. It looks at all of their places. */
async function listOfScopes(
  table: TableClient,
  scopes: readonly string[],
  { limit, offset, review, ...filter }: ProcessedQuery,
): Promise<ProcessedIds> {
  const found = new Set<number>();
  for (const scope of scopes) {
    const { ranges } = await ranksWithin(table, scope, filter);
    for (const { first, last } of ranges) {
      const between = [padded(first), padded(last)] as const;
      for await (const places of table.query(scopePartition(scope), { between })) {
        const inState = review ? await placesInState(table, places, review) : places;
        for (const place of inState) found.add(numberAt(place));
      }
    }
  }
  return { total: found.size, ids: newestFirst([...found]).slice(offset, offset + limit) };
}

/** Reads the results of pictures, with their reviews. */
async function readResults(table: TableClient, items: readonly Item[]): Promise<ImageProcessingResult[]> {
  return addReviews(table, await Promise.all(items.map((item) => readResult(table, item))));
}

/** Lists so many items of a partition, newest first. */
async function placesFrom(
  table: TableClient,
  partition: string,
  [first, last]: readonly [number, number],
  count: number,
): Promise<Item[]> {
  // Others remove some at this moment.
  if (last < first) return [];
  const between = [padded(first), padded(last)] as const;
  const places: Item[] = [];
  for await (const some of table.query(partition, { between, newestFirst: true, atOnce: count })) {
    places.push(...some);
    if (places.length >= count) break;
  }
  return places.slice(0, count);
}

const numberAt = ({ number }: Item) => Number(number);

function newestFirst(numbers: readonly number[]): number[] {
  return numbers.toSorted((one, other) => other - one);
}

/** Reads the pictures of these numbers, newest first. */
async function picturesOf(table: TableClient, numbers: readonly number[]): Promise<Item[]> {
  const keys = numbers.map(processedKey);
  return (await table.getAll(keys)).sort((one, other) => (one.sk < other.sk ? 1 : -1));
}
