import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import type { ProcessedPage, ProcessedQuery, ProcessedResult, RecordStore, Stamp } from '../port.ts';
import { pageOf } from '../shared/clock.ts';
import { rankBelow, remaining } from '../shared/gaps.ts';
import { scopeAsked, scopesOf } from '../shared/scopes.ts';
import { again, type TableClient } from './client.ts';
import { gapsOf } from './gaps.ts';
import { padded, pictureKey, processedPartition, scopePartition } from './items.ts';
import type { Item, Key } from './keys.ts';
import { type Kept, pictureNumbering } from './numbering.ts';
import { lastDisorder, ranksWithin } from './ranks.ts';
import { removeProcessed } from './removal.ts';
import { readResult } from './stored.ts';

const compress = promisify(deflateRaw);

/** An item has 400 KB at most, keys and all. */
const maxPartBytes = 350_000;

/** The part of the record store that keeps processed pictures. */
export function processedRecords(table: TableClient) {
  const numberOf = pictureNumbering(table);
  return {
    async addProcessed(pictureId: string, result: ProcessedResult): Promise<Stamp> {
      const kept = await keep(table, result);
      const matched = result.has_blacklist_match ? { matched: pictureId } : {};
      const arrival = { pictureId, picture: pictureId, scopes: scopesOf(result), ...kept, ...matched };
      const { number, at } = await numberOf(arrival);
      return { id: number, timestamp: new Date(at).toISOString() };
    },

    async getProcessed(id: number): Promise<ImageProcessingResult | undefined> {
      const item = await table.get({ pk: processedPartition, sk: padded(id) });
      return item && readResult(table, item);
    },

    async findProcessed(pictureIds: readonly string[]): Promise<Set<string>> {
      const keys = new Map(pictureIds.map((pictureId) => [pictureKey(pictureId).pk, pictureId]));
      const items = await table.getAll([...keys.values()].map(pictureKey));
      return new Set(items.map(({ pk }) => keys.get(pk)).filter((pictureId) => pictureId !== undefined));
    },

    async listProcessed({ limit, offset, ...filter }: ProcessedQuery): Promise<ProcessedPage> {
      const scope = scopeAsked(filter);
      const { ranges, root } = await ranksWithin(table, filter);
      const gaps = gapsOf(table, scope, root);
      const counted = await Promise.all(
        ranges.map(async (range) => ({ ...range, size: await gaps(remaining(range)) })),
      );
      const items: ImageProcessingResult[] = [];
      for (const { first, last, skipped, size } of pageOf(counted, offset, limit)) {
        const newest = skipped === 0 ? last : await gaps(rankBelow(last, skipped));
        const places = await placesFrom(table, scopePartition(scope), [first, newest], size);
        const pictures = scope === 'all' ? places : await picturesAt(table, places);
        items.push(...(await Promise.all(pictures.map((item) => readResult(table, item)))));
      }
      return { total: counted.reduce((sum, { size }) => sum + size, 0), items };
    },

    removeProcessed: (ids: readonly number[]) => removeProcessed(table, ids),

    timeDisorder: () => lastDisorder(table),
  } satisfies Partial<RecordStore>;
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

/** The pictures that have these places, newest first. */
async function picturesAt(table: TableClient, places: readonly Item[]): Promise<Item[]> {
  const keys = places.map(({ number }) => ({ pk: processedPartition, sk: padded(Number(number)) }));
  return (await table.getAll(keys)).sort((one, other) => (one.sk < other.sk ? 1 : -1));
}

/** Parts are written before the number is taken: where that fails, nobody ever sees them. */
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
