import type { IncomingMessage } from 'node:http';

/** A request's body has more bytes than the service takes. */
export class BodyTooLargeError extends Error {}

/** Returns the address that a request asks for at an origin; null for a target that is no path. */
export function addressOf({ url = '' }: IncomingMessage, origin: string): URL | null {
  // A base would let `//elsewhere/` name another host.
  return url.startsWith('/') ? URL.parse(new URL(origin).origin + url) : null;
}

/**
 * Reads a body to its end. When it throws, the connection is still good for an answer.
 * @throws BodyTooLargeError
 */
export async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > maxBytes) throw new BodyTooLargeError();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
