import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { InputTooLargeError, InputUnreadableError } from '../../lib/errors.ts';
import type { BodyShare } from './body-budget.ts';
import { RequestAbandonedError } from './request-body.ts';

/**
 * Takes a form's picture, with the fields before it by their names in lower case. It may throw at once.
 *
 * @param keep replaces the place that the form has from then on.
 */
export type TakeUpload<T> = (
  fields: ReadonlyMap<string, string>,
  file: AsyncIterable<Uint8Array>,
  keep: (share: BodyShare) => void,
) => Promise<T>;

export interface UploadFormOptions<T> {
  readonly maxFileBytes: number;
  /** Place that the form has at first, if places are counted. */
  readonly share?: BodyShare;
  readonly take: TakeUpload<T>;
}

/** More parts than any form of this service or of S3 has. */
const maxParts = 50;
const maxFieldBytes = 16 * 1024;
const maxPartHeaderBytes = 16 * 1024;
/** Bytes that a form may have besides its file. */
const maxOtherBytes = 256 * 1024;

/**
 * Reads a form like S3's POST: text fields, and then one part `file`. It passes the file on as it arrives and
 * keeps nothing of it. Like S3 it ignores what comes after the file. If it throws, the connection can still
 * carry an answer.
 *
 * @throws InputUnreadableError if it is no such form.
 * @throws InputTooLargeError if it has far more than `maxFileBytes`.
 * @throws BodyTooSlowError if it lost its place.
 * @throws RequestAbandonedError if the client goes away.
 * @throws whatever `take` throws.
 */
export async function readUploadForm<T>(
  request: IncomingMessage,
  { maxFileBytes, share, take }: UploadFormOptions<T>,
): Promise<T> {
  const parser = createParser(request.headers['content-type'] ?? '');
  const place = new Place(share);
  const { result, fail } = onFile(parser, async (fields, file) =>
    take(fields, file, (next) => place.change(next)),
  );
  const isOver = result.then(
    () => {},
    () => {},
  );
  try {
    await feed(request, parser, { maxFileBytes, place, result });
  } catch (error) {
    fail(error instanceof Error ? error : new Error(String(error)));
    await isOver;
    throw error;
  }
  return await result;
}

/** The place that a form has now, which may be replaced. */
class Place {
  #share: BodyShare | undefined;
  /** Callback that gets the reason when the place is lost. */
  onLost: (reason: unknown) => void = () => {};

  constructor(share: BodyShare | undefined) {
    if (share) this.change(share);
  }

  change(share: BodyShare): void {
    this.#share = share;
    share.signal.addEventListener('abort', () => {
      if (share === this.#share) this.onLost(share.signal.reason);
    });
  }

  take(bytes: number): void {
    this.#share?.take(bytes);
  }
}

/**
 * Refuses a form whose announced length is too large.
 *
 * @throws InputTooLargeError
 */
export function refuseLargeForm({ headers }: IncomingMessage, maxFileBytes: number): void {
  if (Number(headers['content-length'] ?? 0) > maxFileBytes + maxOtherBytes) throw formTooLarge(maxFileBytes);
}

/**
 * Creates the form's parser.
 *
 * @throws InputUnreadableError if the header is not a form's.
 */
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

/** Connects the parser to `take`. `result` settles as `take` does, and `fail` ends it early. */
function onFile<T>(
  parser: BusboyInstance,
  take: (fields: ReadonlyMap<string, string>, file: AsyncIterable<Uint8Array>) => Promise<T>,
) {
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
 * Passes the request's bytes to the parser, as fast as the file is taken, until they end or the file is
 * refused. Bytes that a client sends after a refusal stay readable, so that they can be discarded.
 */
async function feed(
  request: IncomingMessage,
  parser: BusboyInstance,
  { maxFileBytes, place, result }: { maxFileBytes: number; place: Place; result: Promise<unknown> },
): Promise<void> {
  const { promise: over, resolve, reject } = Promise.withResolvers<void>();
  result.catch(() => resolve());
  let received = 0;
  const count = (chunk: Uint8Array) => {
    received += chunk.length;
    place.take(chunk.length);
    if (received > maxFileBytes + maxOtherBytes) reject(formTooLarge(maxFileBytes));
  };
  const abandon = () => reject(new RequestAbandonedError('The upload ended before it was complete.'));
  place.onLost = reject;
  request.on('data', count);
  request.once('end', resolve);
  request.once('close', abandon);
  // A client that is already gone sends no more events.
  if (request.destroyed) abandon();
  request.pipe(parser);
  try {
    await over;
  } finally {
    place.onLost = () => {};
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
