import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { changeFacts, countWritten } from '../../audit/scope.ts';
import type { ReviewState } from '../../contract/review.ts';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import type { ProcessedPage, ProcessedQuery, ProcessedResult, RecordStore, Stamp } from '../port.ts';
import { pageOf, sizeOf } from '../shared/clock.ts';
import { scopeOfFilter, scopeOfReviewed, scopesOf } from '../shared/scopes.ts';
import { again, type TableClient } from './client.ts';
import { padded, pictureKey, processedPartition, scopePartition } from './items.ts';
import type { Item, Key } from './keys.ts';
import { type Kept, pictureNumbering } from './numbering.ts';
import { lastDisorder, ranksWithin } from './ranks.ts';
import { addReviews, pageInState, pageOfScope } from './reviews.ts';
import { readResult } from './stored.ts';

const compress = promisify(deflateRaw);

/** Bytes of one part of an answer; an item has at most 400 KB, with its keys. */
const maxPartBytes = 350_000;

/** Makes the part of the record store that keeps processed pictures. */
export function processedRecords(table: TableClient) {
  const numberOf = pictureNumbering(table);
  return {
    async addProcessed(pictureId: string, result: ProcessedResult): Promise<Stamp> {
      const kept = await keep(table, result);
      const matched = result.has_blacklist_match ? { matched: pictureId } : {};
      const facts = changeFacts({});
      const arrival = { pictureId, scopes: scopesOf(result), ...kept, ...matched, facts };
      const { number, at } = await numberOf(arrival);
      countWritten(1);
      return { id: number, timestamp: new Date(at).toISOString() };
    },

    async getProcessed(id: number, actor?: string): Promise<ImageProcessingResult | undefined> {
      const item = await table.get({ pk: processedPartition, sk: padded(id) });
      if (!item || (actor !== undefined && item.actor !== actor)) return undefined;
      const [result] = await addReviews(table, [await readResult(table, item)]);
      return result;
    },

    async findProcessed(pictureIds: readonly string[]): Promise<Set<string>> {
      const keys = new Map(pictureIds.map((pictureId) => [pictureKey(pictureId).pk, pictureId]));
      const items = await table.getAll([...keys.values()].map(pictureKey));
      return new Set(items.map(({ pk }) => keys.get(pk)).filter((pictureId) => pictureId !== undefined));
    },

    async listProcessed({ limit, offset, ...filter }: ProcessedQuery): Promise<ProcessedPage> {
      const { review } = filter;
      if (review) return listReviewed(table, { limit, offset, ...filter, review });
      const scope = scopeOfFilter(filter);
      const ranges = await ranksWithin(table, scope, filter);
      const total = ranges.reduce((sum, range) => sum + sizeOf(range), 0);
      const partition = scopePartition(scope);
      const items: ImageProcessingResult[] = [];
      for (const { first, last } of pageOf(ranges, offset, limit)) {
        const between = [padded(first), padded(last)] as const;
        for await (const some of table.query(partition, { between, newestFirst: true })) {
          const pictures = partition === processedPartition ? some : await picturesAt(table, some);
          items.push(...(await Promise.all(pictures.map((item) => readResult(table, item)))));
        }
      }
      return { total, items: await addReviews(table, items) };
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
  const ranges = await ranksWithin(table, scope, filter);
  const page = { limit, offset };
  const { total, ranks } =
    scope === 'match'
      ? await pageInState(table, ranges, review, page)
      : await pageOfScope(table, scope, ranges, review, page);
  const places = await table.getAll(ranks.map((rank) => ({ pk: scopePartition(scope), sk: padded(rank) })));
  const pictures = await picturesAt(table, places);
  const items = await Promise.all(pictures.map((item) => readResult(table, item)));
  return { total, items: await addReviews(table, items) };
}

/** Reads the pictures of some index items, newest first. */
async function picturesAt(table: TableClient, places: readonly Item[]): Promise<Item[]> {
  const keys = places.map(({ number }) => ({ pk: processedPartition, sk: padded(Number(number)) }));
  return (await table.getAll(keys)).sort((one, other) => (one.sk < other.sk ? 1 : -1));
}

/** Stores an answer's parts, before the picture gets its number. If that fails, no reader ever sees them. */
async function keep(table: TableClient, result: ProcessedResult): Promise<Kept> {
  const bytes = await compress(JSON.stringify(result));
  if (bytes.length <= maxPartBytes) return { bytes };
  const pk = `result#${randomUUID()}`;
  const parts: Key[] = [];
  for (let start = 0; start < bytes.length; start += maxPartBytes) {
    const key = { pk, sk: padded(parts.length) };
    await table.settle(async () => {
      const put = { ...key, bytes: bytes.subarray(start, start + maxPartBytes) };
      return (await table.transact([{ put }])).done || again;
    });
    parts.push(key);
  }
  return { parts };
}
