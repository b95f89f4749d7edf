import { changeFacts, countWritten } from '../../audit/scope.ts';
import type { ReviewState } from '../../contract/review.ts';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import type { FaceCollection } from '../../faces/rekognition/kept-faces.ts';
import type { RecordStore } from '../port.ts';
import type {
  KeptFace,
  KeptFacePlace,
  ProcessedPage,
  ProcessedQuery,
  ProcessedResult,
  Stamp,
  TrackProgress,
} from '../processed.ts';
import { pageOf } from '../shared/clock.ts';
import { rankBelow, remaining } from '../shared/gaps.ts';
import { entryScope, scopeOfFilter, scopeOfReviewed, scopesOf, scopesOfSeveral } from '../shared/scopes.ts';
import { changePicture } from './change-picture.ts';
import type { TableClient } from './client.ts';
import { gapsOf } from './gaps.ts';
import { padded, pictureKey, processedKey, scopePartition } from './items.ts';
import { keep } from './kept.ts';
import { forgetFaces, keptFaceIds } from './kept-faces.ts';
import type { Item } from './keys.ts';
import { PictureNumbering } from './numbering.ts';
import { lastDisorder, newestTime, ranksWithin } from './ranks.ts';
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

    getProcessedAmong: (ids: readonly number[]) => getProcessedAmong(table, ids),

    updateTrack: (id: number, progress: TrackProgress) => updateTrack(table, id, progress),

    findProcessed: (pictureIds: readonly string[]) => findProcessed(table, pictureIds),

    listProcessed: (query: ProcessedQuery) => listProcessed(table, query),

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
): Promise<Map<number, ImageProcessingResult>> {
  const items = await table.getAll([...new Set(ids)].map(processedKey));
  const results = await readResults(table, items);
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

/** Reads a page of pictures, in the way that its filter allows. */
function listProcessed(table: TableClient, query: ProcessedQuery): Promise<ProcessedPage> {
  const { review, ...rest } = query;
  if (query.mergedIds?.length) return listOfScopes(table, scopesOfSeveral(query), query);
  return review ? listReviewed(table, { ...rest, review }) : listAll(table, rest);
}

/** Reads a page of the pictures in all states of review. */
async function listAll(
  table: TableClient,
  { limit, offset, ...filter }: Omit<ProcessedQuery, 'review'>,
): Promise<ProcessedPage> {
  const scope = scopeOfFilter(filter);
  const { ranges, root } = await ranksWithin(table, scope, filter);
  const gaps = gapsOf(table, scope, root);
  const counted = await Promise.all(
    ranges.map(async (range) => ({ ...range, size: await gaps(remaining(range)) })),
  );
  const found: Item[] = [];
  for (const { first, last, skipped, size } of pageOf(counted, offset, limit)) {
    const newest = skipped === 0 ? last : await gaps(rankBelow(last, skipped));
    const places = await placesFrom(table, scopePartition(scope), [first, newest], size);
    found.push(...(scope === 'all' ? places : await picturesOf(table, places.map(numberAt))));
  }
  const total = counted.reduce((sum, { size }) => sum + size, 0);
  return { total, items: await readResults(table, found) };
}

/** Reads a page of the pictures whose matches are in one state. */
async function listReviewed(
  table: TableClient,
  { limit, offset, review, ...filter }: ProcessedQuery & { readonly review: ReviewState },
): Promise<ProcessedPage> {
  const scope = scopeOfReviewed(filter);
  if (scope !== 'match') return listOfScopes(table, [scope], { limit, offset, review, ...filter });
  const { total, ranks } = await pageInState(table, await ranksWithin(table, scope, filter), review, {
    limit,
    offset,
  });
  const places = await table.getAll(ranks.map((rank) => ({ pk: scopePartition(scope), sk: padded(rank) })));
  const pictures = await picturesOf(table, places.map(numberAt));
  return { total, items: await readResults(table, pictures) };
}

/** Reads a page of the pictures that are in any of the scopes. It looks at all of their places. */
async function listOfScopes(
  table: TableClient,
  scopes: readonly string[],
  { limit, offset, review, ...filter }: ProcessedQuery,
): Promise<ProcessedPage> {
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
  const numbers = [...found].sort((one, other) => other - one);
  const pictures = await picturesOf(table, numbers.slice(offset, offset + limit));
  return { total: found.size, items: await readResults(table, pictures) };
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

/** Reads the pictures of these numbers, newest first. */
async function picturesOf(table: TableClient, numbers: readonly number[]): Promise<Item[]> {
  const keys = numbers.map(processedKey);
  return (await table.getAll(keys)).sort((one, other) => (one.sk < other.sk ? 1 : -1));
}
