import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { InputTooLargeError, InputUnreadableError } from '../../lib/errors.ts';
import { RequestAbandonedError } from './request-body.ts';

/** Takes a form's picture; the fields before it come by their names in small letters. */
export type TakeUpload<T> = (
  fields: ReadonlyMap<string, string>,
  file: AsyncIterable<Uint8Array>,
) => Promise<T>;

/** More than any form of ours or of S3 has. */
const maxParts = 50;
const maxFieldBytes = 16 * 1024;
const maxPartHeaderBytes = 16 * 1024;
/** What a form may have besides its file. */
const maxOtherBytes = 256 * 1024;

/**
 * Reads a form as S3's POST takes it, text fields and then one part `file`, and hands the file on as it comes: nothing of it is kept
 * here. What comes after the file is ignored, as S3 does. When it throws, the connection is still good for an answer.
 * @throws InputUnreadableError when it is no such form; InputTooLargeError when it has far more than `maxFileBytes`;
 * RequestAbandonedError when the client goes away; and what `take` throws.
 */
export async function readUploadForm<T>(
  request: IncomingMessage,
  maxFileBytes: number,
  take: TakeUpload<T>,
): Promise<T> {
  const parser = createParser(request.headers['content-type'] ?? '');
  const { result, fail } = onFile(parser, take);
  const isOver = result.then(
    () => {},
    () => {},
  );
  try {
    await feed(request, parser, maxFileBytes, result);
  } catch (error) {
    fail(error instanceof Error ? error : new Error(String(error)));
    await isOver;
    throw error;
  }
  return await result;
}

/** @throws InputTooLargeError when a form that is announced so is too large. */
export function refuseLargeForm({ headers }: IncomingMessage, maxFileBytes: number): void {
  if (Number(headers['content-length'] ?? 0) > maxFileBytes + maxOtherBytes) throw formTooLarge(maxFileBytes);
}

/** @throws InputUnreadableError when the header is not a form's. */
function createParser(contentType: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: { parts: maxParts, fieldSize: maxFieldBytes, headerSize: maxPartHeaderBytes },
      isPartAFile: (name) => name === 'file',
    });
  } catch (cause) {
    throw malformed(cause);
  }
}

/** What comes of the form's file; `fail` ends it early. */
function onFile<T>(parser: BusboyInstance, take: TakeUpload<T>) {
  const { promise: result, resolve, reject } = Promise.withResolvers<T>();
  const fields = new Map<string, string>();
  let file: PassThrough | undefined;
  const fail = (error: Error) => {
    if (file === undefined) reject(error);
    else file.destroy(error);
  };
  parser.on('field', (name: string | undefined, value) => {
    if (name !== undefined && file === undefined) fields.set(name.toLowerCase(), value);
  });
  parser.on('file', (_name, stream) => {
    stream.on('error', (cause) => fail(malformed(cause)));
    if (file !== undefined) {
      stream.resume();
      return;
    }
    file = new PassThrough();
    stream.pipe(file);
    take(fields, file).then(resolve, reject);
  });
  parser.on('error', (cause) => fail(malformed(cause)));
  parser.on('finish', () => {
    if (file === undefined) reject(new InputUnreadableError('The form has no part named file.'));
  });
  return { result, fail };
}

/**
 * Gives the parser the request's bytes, at the speed at which the file is taken, until they end or the file was refused. What a client
 * sends after that stays readable, to be thrown away.
 */
async function feed(
  request: IncomingMessage,
  parser: BusboyInstance,
  maxFileBytes: number,
  result: Promise<unknown>,
): Promise<void> {
  const { promise: over, resolve, reject } = Promise.withResolvers<void>();
  result.catch(() => resolve());
  let received = 0;
  const count = (chunk: Uint8Array) => {
    received += chunk.length;
    if (received > maxFileBytes + maxOtherBytes) reject(formTooLarge(maxFileBytes));
  };
  const abandon = () => reject(new RequestAbandonedError('The upload ended before it was complete.'));
  request.on('data', count);
  request.once('end', resolve);
  request.once('close', abandon);
  // Nothing more is heard of a client that has gone already.
  if (request.destroyed) abandon();
  request.pipe(parser);
  try {
    await over;
  } finally {
    request.unpipe(parser);
    request.off('data', count);
    request.off('end', resolve);
    request.off('close', abandon);
  }
}

function formTooLarge(maxFileBytes: number): InputTooLargeError {
  return new InputTooLargeError(
    `The form is larger than a picture of ${maxFileBytes} bytes, the most that is taken.`,
  );
}

function malformed(cause: unknown): InputUnreadableError {
  return new InputUnreadableError('The body cannot be read as multipart/form-data.', { cause });
}
