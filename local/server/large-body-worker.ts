/** Thread: reads JSON bodies for `large-bodies.ts`. */
import { parentPort } from 'node:worker_threads';
import * as z from 'zod';
import { operations } from '../../lib/contract/api.ts';
import { InputUnreadableError, RequestInvalidError } from '../../lib/errors.ts';
import { decodeUtf8, parseJson } from '../../lib/http/json.ts';
import { validate } from '../../lib/http/validation.ts';
import { decodeBase64 } from '../../lib/inputs/base64.ts';
import { standInFor } from '../../lib/inputs/decoded-pictures.ts';
import { encodedPicture } from '../../lib/inputs/read.ts';
import { type JsonAnswer, type JsonTask, type LongPicture, withOwnMemory } from './large-bodies.ts';

/** A longer text costs less as a picture that is handed over. */
const longLength = 16 * 1024;

parentPort?.on('message', async (task: JsonTask) => {
  const answer = await read(task);
  const pictures = 'pictures' in answer ? answer.pictures : [];
  parentPort?.postMessage(
    answer,
    pictures.flatMap(({ picture }) => (typeof picture === 'string' ? [] : [picture.buffer as ArrayBuffer])),
  );
});

async function read({ id, operationId, chunks }: JsonTask): Promise<JsonAnswer> {
  try {
    const bytes = Buffer.concat(chunks);
    const value = fitting(operationId, parseJson(decodeUtf8(bytes), bytes));
    const pictures: LongPicture[] = [];
    return { id, value: await withoutLongPictures(value, pictures), pictures };
  } catch (error) {
    if (error instanceof RequestInvalidError) return { id, problems: error.problems };
    if (error instanceof InputUnreadableError) return { id, unreadable: error.message };
    throw error;
  }
}

/** Limit on the names of unknown fields that are kept. */
const maxUnknown = 20;

/**
 * Checks a body, so that a large one that does not fit need not be handed over. Members that the contract
 * does not know are left out.
 * @throws RequestInvalidError
 */
function fitting(operationId: string, value: unknown): unknown {
  const body = operations.find((operation) => operation.operationId === operationId)?.body;
  if (body?.kind !== 'json') return value;
  validate(body.schema, value, 'body');
  if (!(body.schema instanceof z.ZodObject)) return value;
  const known = Object.keys(body.schema.shape);
  // The names alone of the others are kept, for a warning.
  const entries = Object.entries(value as object);
  const unknown = entries.filter(([name]) => !known.includes(name)).slice(0, maxUnknown);
  return Object.fromEntries([
    ...entries.filter(([name]) => known.includes(name)),
    ...unknown.map(([name]) => [name, null]),
  ]);
}

/** Returns the value with stand-ins for its long pictures, which it decodes and adds to `pictures`. */
async function withoutLongPictures(value: unknown, pictures: LongPicture[]): Promise<unknown> {
  if (typeof value === 'string') {
    const encoded = value.length > longLength ? encodedPicture(value) : undefined;
    if (encoded === undefined) return value;
    const standIn = standInFor(value);
    pictures.push({ standIn, picture: await decoded(encoded) });
    return standIn;
  }
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) items.push(await withoutLongPictures(item, pictures));
    return items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    members.push([name, await withoutLongPictures(member, pictures)]);
  }
  return Object.fromEntries(members);
}

/** Decodes without a limit: the reader of the picture has one. */
async function decoded(text: string): Promise<Uint8Array | string> {
  try {
    return withOwnMemory(await decodeBase64(text, Number.POSITIVE_INFINITY));
  } catch (error) {
    if (error instanceof InputUnreadableError) return error.message;
    throw error;
  }
}
