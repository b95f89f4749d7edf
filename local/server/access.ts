import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { ForbiddenError, NotAuthenticatedError } from '../../lib/errors.ts';
import type { PublicUrl } from '../../lib/network-settings.ts';
import type { Actor } from '../../lib/service/actor.ts';
import { type KnownToken, tokenDigest } from '../../lib/service/tokens.ts';
import type { RequestPlace } from './request-place.ts';

/** Access rules that are decided before a request's body is read. */

/**
 * Finds the bearer token that came with a request among those that are known. It compares digests of equal
 * length, and always all of them, so that its time does not reveal anything about a token.
 * @returns its actor; `undefined` for a token that is not known
 * @throws NotAuthenticatedError when no token came
 */
export function bearerOf(request: IncomingMessage, tokens: readonly KnownToken[]): Actor | undefined {
  const given = /^bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (given === undefined) throw new NotAuthenticatedError();
  const givenDigest = tokenDigest(given);
  const matches = tokens.filter(({ digest }) => timingSafeEqual(digest, givenDigest));
  return matches[0]?.actor;
}

/** Settings that decide which web pages are let in. */
export interface WebPageRules {
  readonly corsOrigins: readonly string[];
  readonly allowedHosts?: readonly string[];
  readonly publicUrl?: PublicUrl | undefined;
  readonly listensOnLoopback: boolean;
}

const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses requests of foreign web pages to a service that lets in every program that reaches it. Such pages
 * may reach it under a host name of their own (DNS rebinding). Pages of other origins may also try to change
 * something by a form or a simple request.
 *
 * @throws ForbiddenError
 */
export function refuseWebPages(request: IncomingMessage, place: RequestPlace, rules: WebPageRules): void {
  const foreign = place.namedHosts.find((host) => !isAllowedHost(host, rules));
  if (foreign !== undefined) {
    throw new ForbiddenError(
      `Without API_TOKENS this service answers to localhost${rules.listensOnLoopback ? ', 127.x.x.x and [::1]' : ' and to addresses'} only; ` +
        'ALLOWED_HOSTS names further hosts.',
    );
  }
  const { origin } = request.headers;
  const isKnown = [...place.ownOrigins, ...rules.corsOrigins].includes(origin?.toLowerCase() ?? '');
  if (isKnown) return;
  const isSafe = safeMethods.includes(request.method ?? '');
  if (origin === undefined ? isForeignUse(request, isSafe) : !isSafe) {
    throw new ForbiddenError(
      'Web pages of this origin may not change anything here; CORS_ORIGINS names those that may. Behind a proxy, PUBLIC_URL or TRUST_PROXY tells the own one.',
    );
  }
}

/**
 * Decides if requests for this host are allowed. The owner of a foreign name can make it lead to this service
 * through DNS; an address can't be abused so. A service that listens on the loopback alone also refuses other
 * addresses, since only its own lead to it.
 */
function isAllowedHost(
  host: string,
  { allowedHosts = [], publicUrl, listensOnLoopback }: WebPageRules,
): boolean {
  const lower = host.toLowerCase();
  const name = lower.replace(/:\d+$/, '');
  if (name === 'localhost' || name === '[::1]' || (isIP(name) === 4 && name.startsWith('127.'))) return true;
  const own = publicUrl && new URL(publicUrl.origin);
  if ([lower, name, name.replace(/\.$/, '')].some((known) => allowedHosts.includes(known))) return true;
  if (own !== undefined && own.hostname === name) return true;
  return !listensOnLoopback && isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

/**
 * Recognizes a request of another site's page that has no Origin header, by what browsers say of it. Such a
 * page may link here, but not load or change anything. Programs do not send these headers.
 */
function isForeignUse({ headers }: IncomingMessage, isSafe: boolean): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return false;
  return !isSafe || headers['sec-fetch-mode'] !== 'navigate' || headers['sec-fetch-dest'] !== 'document';
}
