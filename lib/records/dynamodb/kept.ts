import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import type { PictureOfFaces } from '../../faces/rekognition/kept-faces.ts';
import type { ProcessedResult } from '../processed.ts';
import { again, type TableClient } from './client.ts';
import { padded } from './items.ts';
import type { Key } from './keys.ts';

/** Bytes of an answer: in the item itself, or in parts beside it. */
export interface Kept {
  readonly bytes?: Uint8Array;
  readonly parts?: readonly Key[];
  /** Id of the picture, if somebody was found in it: the filter of the table's stream needs it. */
  readonly matched?: string;
  /** Faces of the picture that a collection keeps. */
  readonly keptFaces?: PictureOfFaces['faces'];
}

const compress = promisify(deflateRaw);

/** An item has 400 KB at most, keys and all. */
const maxPartBytes = 350_000;

/** Parts are written before the number is taken: where that fails, nobody ever sees them. */
export async function keep(table: TableClient, result: ProcessedResult): Promise<Kept> {
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
