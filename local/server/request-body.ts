import type { IncomingMessage, ServerResponse } from 'node:http';
import { InputTooLargeError } from '../../lib/errors.ts';
import type { BodyShare } from './body-budget.ts';

/** The client went away or took too long before its request was complete. */
export class RequestAbandonedError extends Error {}

/** Checks if a request's headers announce a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Reads a body to its end, in one piece; see `readBodyChunks`. */
export async function readRequestBody(...request: Parameters<typeof readBodyChunks>): Promise<Buffer> {
  return Buffer.concat(await readBodyChunks(...request));
}

/**
 * Reads a body to its end, in the pieces in which it comes. When it throws, the connection is still good
 * for an answer.
 * @throws InputTooLargeError as soon as the body is announced or found to be larger than `maxBytes`.
 * @throws BackendUnavailableError if the server already holds too many bytes.
 * @throws BodyTooSlowError if the body lost its place to another one.
 * @throws RequestAbandonedError if the client goes away, or was cut off because it took too long.
 */
export async function readBodyChunks(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBytes, share }: { maxBytes: number; share: BodyShare },
): Promise<Buffer[]> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (request.headers.expect !== undefined) response.writeContinue();
  const chunks = await collect(request, maxBytes, share);
  share.complete();
  return chunks;
}

/** A refusal leaves the request readable: what the client still sends is thrown away later. */
async function collect(request: IncomingMessage, maxBytes: number, share: BodyShare): Promise<Buffer[]> {
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  const chunks: Buffer[] = [];
  let length = 0;
  const take = (chunk: Buffer) => {
    try {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      share.take(chunk.length);
      chunks.push(chunk);
    } catch (error) {
      reject(error);
    }
  };
  const abandon = () => reject(new RequestAbandonedError('The request ended before it was complete.'));
  const lose = () => reject(share.signal.reason);
  request.on('data', take).once('end', resolve).once('close', abandon).once('error', abandon);
  share.signal.addEventListener('abort', lose);
  if (request.destroyed) abandon();
  try {
    await ended;
  } finally {
    request.off('data', take).off('end', resolve).off('close', abandon).off('error', abandon);
    share.signal.removeEventListener('abort', lose);
    request.pause();
  }
  return chunks;
}

function tooLarge(maxBytes: number): InputTooLargeError {
  return new InputTooLargeError(`The request is too large: at most ${maxBytes} bytes are taken.`);
}
