import { changeFacts, countWritten } from '../../audit/scope.ts';
import type { ReviewState } from '../../contract/review.ts';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import type { FaceCollection } from '../../faces/rekognition/kept-faces.ts';
import type {
  KeptFace,
  KeptFacePlace,
  ProcessedPage,
  ProcessedQuery,
  ProcessedResult,
  RecordStore,
  Stamp,
  TrackProgress,
} from '../port.ts';
import { pageOf } from '../shared/clock.ts';
import { rankBelow, remaining } from '../shared/gaps.ts';
import { entryScope, scopeOfFilter, scopeOfReviewed, scopesOf, scopesOfSeveral } from '../shared/scopes.ts';
import { changePicture } from './change-picture.ts';
import type { TableClient } from './client.ts';
import { gapsOf } from './gaps.ts';
import { padded, pictureKey, processedPartition, scopePartition } from './items.ts';
import { keep } from './kept.ts';
import { forgetFaces, keptFaceIds } from './kept-faces.ts';
import type { Item } from './keys.ts';
import { pictureNumbering } from './numbering.ts';
import { lastDisorder, newestTime, ranksWithin } from './ranks.ts';
import { removeProcessed } from './removal.ts';
import { addReviews, pageInState, placesInState } from './reviews.ts';
import { readResult } from './stored.ts';

/** Makes the part of the record store that keeps processed pictures. */
export function processedRecords(table: TableClient, collection?: FaceCollection) {
  const numberOf = pictureNumbering(table);
  return {
    async addProcessed(
      pictureId: string,
      result: ProcessedResult,
      carried?: Date,
      faces: readonly KeptFace[] = [],
    ): Promise<Stamp> {
      const kept = await keep(table, result);
      // The table's stream makes an event of every picture that has this field.
      const isTold = result.has_blacklist_match && !carried && !result.track?.suppressed;
      const matched = isTold ? { matched: pictureId } : {};
      const facts = changeFacts({});
      const scopes = scopesOf(result);
      const own = { ...kept, ...matched, ...keptFaceIds(faces) };
      const arrival = { pictureId, picture: pictureId, scopes, ...own, facts };
      const { number, at } = await numberOf(arrival, carried);
      countWritten(1);
      return { id: number, timestamp: new Date(at).toISOString() };
    },

    async getProcessed(id: number, actor?: string): Promise<ImageProcessingResult | undefined> {
      const item = await table.get({ pk: processedPartition, sk: padded(id) });
      if (!item || (actor !== undefined && item.actor !== actor)) return undefined;
      const [result] = await addReviews(table, [await readResult(table, item)]);
      return result;
    },

    async getProcessedAmong(ids: readonly number[]): Promise<Map<number, ImageProcessingResult>> {
      const keys = [...new Set(ids)].map((id) => ({ pk: processedPartition, sk: padded(id) }));
      const items = await table.getAll(keys);
      const results = await addReviews(
        table,
        await Promise.all(items.map((item) => readResult(table, item))),
      );
      return new Map(results.map((result) => [result.db_id ?? 0, result]));
    },

    async updateTrack(id: number, progress: TrackProgress): Promise<void> {
      await changePicture(table, { pk: processedPartition, sk: padded(id) }, (result) =>
        result.track ? { ...result, track: { ...result.track, ...progress } } : undefined,
      );
    },

    async findProcessed(pictureIds: readonly string[]): Promise<Set<string>> {
      const keys = new Map(pictureIds.map((pictureId) => [pictureKey(pictureId).pk, pictureId]));
      const items = await table.getAll([...keys.values()].map(pictureKey));
      return new Set(items.map(({ pk }) => keys.get(pk)).filter((pictureId) => pictureId !== undefined));
    },

    async listProcessed({ limit, offset, ...filter }: ProcessedQuery): Promise<ProcessedPage> {
      const { review } = filter;
      if (filter.mergedIds?.length)
        return listOfScopes(table, scopesOfSeveral(filter), { limit, offset, ...filter });
      if (review) return listReviewed(table, { limit, offset, ...filter, review });
      const scope = scopeOfFilter(filter);
      const { ranges, root } = await ranksWithin(table, scope, filter);
      const gaps = gapsOf(table, scope, root);
      const counted = await Promise.all(
        ranges.map(async (range) => ({ ...range, size: await gaps(remaining(range)) })),
      );
      const items: ImageProcessingResult[] = [];
      for (const { first, last, skipped, size } of pageOf(counted, offset, limit)) {
        const newest = skipped === 0 ? last : await gaps(rankBelow(last, skipped));
        const places = await placesFrom(table, scopePartition(scope), [first, newest], size);
        const pictures = scope === 'all' ? places : await picturesOf(table, places.map(numberAt));
        items.push(...(await Promise.all(pictures.map((item) => readResult(table, item)))));
      }
      const total = counted.reduce((sum, { size }) => sum + size, 0);
      return { total, items: await addReviews(table, items) };
    },

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
  const items = await Promise.all(pictures.map((item) => readResult(table, item)));
  return { total, items: await addReviews(table, items) };
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
  const items = await Promise.all(pictures.map((item) => readResult(table, item)));
  return { total: found.size, items: await addReviews(table, items) };
}

/** So many items of a partition, newest first. */
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

/** The pictures of these numbers, newest first. */
async function picturesOf(table: TableClient, numbers: readonly number[]): Promise<Item[]> {
  const keys = numbers.map((number) => ({ pk: processedPartition, sk: padded(number) }));
  return (await table.getAll(keys)).sort((one, other) => (one.sk < other.sk ? 1 : -1));
}
