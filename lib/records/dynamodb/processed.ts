import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import type { ProcessedPage, ProcessedResult, RecordStore } from '../port.ts';
import { storedResult } from '../stored-result.ts';
import { again, type Item, type Key, type TableClient } from './client.ts';
import { counterKey, padded, pictureKey, processedPartition } from './items.ts';
import { type Kept, pictureNumbering } from './numbering.ts';

const compress = promisify(deflateRaw);
const decompress = promisify(inflateRaw);

/** An item has 400 KB at most, keys and all. */
const maxPartBytes = 350_000;

/** The part of the record store that keeps processed pictures. */
export function processedRecords(table: TableClient) {
  const numberOf = pictureNumbering(table);
  return {
    async addProcessed(pictureId: string, result: ProcessedResult): Promise<number> {
      const kept = await keep(table, result);
      return numberOf(pictureId, result.has_blacklist_match ? { ...kept, matched: pictureId } : kept);
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

    async listProcessed({ limit, offset }: { limit: number; offset: number }): Promise<ProcessedPage> {
      const [newest, oldest] = await Promise.all([newestNumber(table), oldestNumber(table)]);
      const end = newest - offset;
      const total = oldest === undefined ? 0 : newest - oldest + 1;
      if (end < 1) return { total, items: [] };
      const between = [padded(Math.max(end - limit + 1, 1)), padded(end)] as const;
      const items: ImageProcessingResult[] = [];
      for await (const some of table.query(processedPartition, { between, newestFirst: true })) {
        items.push(...(await Promise.all(some.map((item) => readResult(table, item)))));
      }
      return { total, items };
    },
  } satisfies Partial<RecordStore>;
}

async function newestNumber(table: TableClient): Promise<number> {
  return Number((await table.get(counterKey('processed')))?.last ?? 0);
}

/** Those before it may have reached the end of their time. */
async function oldestNumber(table: TableClient): Promise<number | undefined> {
  for await (const [oldest] of table.query(processedPartition, { atOnce: 1 })) {
    return oldest && Number(oldest.sk);
  }
  return undefined;
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

export async function readResult(table: TableClient, { sk, ...item }: Item): Promise<ImageProcessingResult> {
  const { bytes, parts } = item as Kept;
  const compressed = parts ? Buffer.concat(await readParts(table, parts)) : (bytes ?? new Uint8Array());
  return storedResult((await decompress(compressed)).toString(), Number(sk));
}

async function readParts(table: TableClient, parts: readonly Key[]): Promise<Uint8Array[]> {
  const items = await table.getAll(parts);
  return items.sort((one, other) => (one.sk < other.sk ? -1 : 1)).map(({ bytes }) => bytes);
}
