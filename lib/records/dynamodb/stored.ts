import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import type { ImageProcessingResult } from '../../contract/shapes.ts';
import { row } from '../shared/row.ts';
import { storedResult } from '../shared/stored-result.ts';
import type { TableClient } from './client.ts';
import type { Kept } from './kept.ts';
import type { Item, Key } from './keys.ts';

const decompress = promisify(inflateRaw);

/** Reads a processed picture's answer from its item, and from the parts beside it if there are any. */
export async function readResult(
  table: TableClient,
  { sk, at, ...item }: Item,
): Promise<ImageProcessingResult> {
  const { bytes, parts } = row<Kept>(item);
  const compressed = parts ? Buffer.concat(await readParts(table, parts)) : (bytes ?? new Uint8Array());
  return storedResult((await decompress(compressed)).toString(), Number(sk), at);
}

async function readParts(table: TableClient, parts: readonly Key[]): Promise<Uint8Array[]> {
  const items = await table.getAll(parts);
  return items.sort((one, other) => (one.sk < other.sk ? -1 : 1)).map(({ bytes }) => bytes);
}
