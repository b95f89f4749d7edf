import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ForbiddenError, NotAuthenticatedError } from '../../lib/errors.ts';

/** Who may ask what, decided before a request's body is read. */

/**
 * Makes the check for a bearer token. Digests of equal length are compared, all of them, so that the time taken tells nothing of
 * a token.
 */
export function tokenCheck(tokens: readonly string[]): (request: IncomingMessage) => void {
  const digests = tokens.map(digest);
  return (request) => {
    const given = /^bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const givenDigest = digest(given ?? '');
    const matches = digests.filter((known) => timingSafeEqual(known, givenDigest));
    if (given === undefined || matches.length === 0) throw new NotAuthenticatedError();
  };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

const loopbackHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Keeps web pages away from a service that lets every local program in: one that is reached under a name of its own (DNS rebinding), and
 * one that posts a form or a simple request from elsewhere.
 * @throws ForbiddenError
 */
export function refuseWebPages(request: IncomingMessage, corsOrigins: readonly string[]): void {
  const { host = '', origin } = request.headers;
  if (!loopbackHost.test(host)) {
    throw new ForbiddenError(
      'Without API_TOKENS this service answers to localhost, 127.x.x.x and [::1] only.',
    );
  }
  const isOwn = origin?.toLowerCase() === `http://${host.toLowerCase()}`;
  if (origin === undefined || isOwn || corsOrigins.includes(origin)) return;
  if (!safeMethods.includes(request.method ?? '')) {
    throw new ForbiddenError(
      'Web pages of this origin may not change anything here; CORS_ORIGINS names those that may.',
    );
  }
}
