import type { IncomingMessage, ServerResponse } from 'node:http';
import { BackendUnavailableError, InputTooLargeError, ServiceError } from '../../lib/errors.ts';

/** The client went away, or took too long, before its request was complete. */
export class RequestAbandonedError extends Error {}

const retryAfterSeconds = 2;

/**
 * How many bytes of bodies, and how many requests with a body, the server holds at once; beyond that it refuses instead of running out
 * of memory. Bytes count as they arrive, so that announcing many and sending none takes no one's place.
 */
export class BodyBudget {
  #bytesLeft: number;
  #requestsLeft: number;

  constructor(limits: { bytes: number; requests: number }) {
    this.#bytesLeft = limits.bytes;
    this.#requestsLeft = limits.requests;
  }

  /**
   * A request's share, given back when it is disposed of.
   * @throws BackendUnavailableError when there are too many requests.
   */
  share(): BodyShare {
    if (this.#requestsLeft <= 0) throw busy();
    this.#requestsLeft -= 1;
    let taken = 0;
    return {
      take: (bytes) => {
        if (bytes > this.#bytesLeft) throw busy();
        this.#bytesLeft -= bytes;
        taken += bytes;
      },
      [Symbol.dispose]: () => {
        this.#bytesLeft += taken;
        this.#requestsLeft += 1;
      },
    };
  }
}

export interface BodyShare extends Disposable {
  /** @throws BackendUnavailableError when all requests together hold too many bytes. */
  take(bytes: number): void;
}

function busy(): BackendUnavailableError {
  return new BackendUnavailableError(
    'The service is busy with other requests. Try again.',
    retryAfterSeconds,
  );
}

/** Whether the request says that it has a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * Reads a body to its end. When it throws, the connection is still good for an answer.
 * @throws InputTooLargeError as soon as the body is announced or found to be larger than `maxBytes`.
 * @throws BackendUnavailableError when the server holds too many bytes already.
 * @throws RequestAbandonedError when the client goes away, or was sent away for taking too long.
 */
export async function readRequestBody(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBytes, share }: { maxBytes: number; share: BodyShare },
): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (request.headers.expect !== undefined) response.writeContinue();
  return await collect(request, maxBytes, share);
}

async function collect(request: IncomingMessage, maxBytes: number, share: BodyShare): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // A refusal leaves the loop; what the client still sends must stay readable, to be thrown away.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      share.take(chunk.length);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    throw new RequestAbandonedError('The request ended before it was complete.', { cause });
  }
  return Buffer.concat(chunks, length);
}

function tooLarge(maxBytes: number): InputTooLargeError {
  return new InputTooLargeError(`The request is too large: at most ${maxBytes} bytes are taken.`);
}
