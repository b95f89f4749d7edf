import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { ForbiddenError, NotAuthenticatedError } from '../../lib/errors.ts';
import type { PublicUrl } from '../../lib/network-settings.ts';
import type { Actor } from '../../lib/service/actor.ts';
import { type KnownToken, tokenDigest } from '../../lib/service/tokens.ts';
import type { RequestPlace } from './request-place.ts';

/** Who may ask what, decided before a request's body is read. */

/**
 * Finds the bearer token that came with a request among those that are known. Digests of equal length are compared,
 * all of them, so that the time taken tells nothing of a token.
 * @returns whose it is; `undefined` for one that is not known.
 * @throws NotAuthenticatedError when none came.
 */
export function bearerOf(request: IncomingMessage, tokens: readonly KnownToken[]): Actor | undefined {
  const given = /^bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (given === undefined) throw new NotAuthenticatedError();
  const givenDigest = tokenDigest(given);
  const matches = tokens.filter(({ digest }) => timingSafeEqual(digest, givenDigest));
  return matches[0]?.actor;
}

/** The settings by which web pages are let in. */
export interface WebPageRules {
  readonly corsOrigins: readonly string[];
  readonly allowedHosts?: readonly string[];
  readonly publicUrl?: PublicUrl | undefined;
  readonly listensOnLoopback: boolean;
}

const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Keeps web pages away from a service that lets every program in that reaches it: pages that reach it under a name of their own (DNS
 * rebinding), and pages of other origins that change something by a form or a simple request.
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
      'Web pages of this origin may not change anything here; CORS_ORIGINS names those that may.',
    );
  }
}

/**
 * Decides by a host's name. A page's host that is an address can't lead elsewhere, as a name can whose owner answers for DNS; an address
 * is refused on the loopback alone, where none but its own lead to it.
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
 * Recognizes, by what browsers say of it, a request of another site's page that has no origin. To follow a link is all right, to load
 * something into a page is not. Programs say nothing of the kind.
 */
function isForeignUse({ headers }: IncomingMessage, isSafe: boolean): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return false;
  return !isSafe || headers['sec-fetch-mode'] !== 'navigate' || headers['sec-fetch-dest'] !== 'document';
}
