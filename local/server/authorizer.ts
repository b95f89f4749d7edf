import type { IncomingMessage } from 'node:http';
import type { Actor } from '../../lib/service/actor.ts';

/** Sender whom an authorizer of the gateway's knows by the claims of a token. */
export interface AuthorizedActor extends Actor {
  readonly claims: Readonly<Record<string, string>>;
}

/**
 * Finds a request's sender in place of this server's own tokens.
 * @throws NotAuthenticatedError
 */
export type Authorizer = (request: IncomingMessage) => Promise<AuthorizedActor>;

let current: Authorizer | undefined;

/** Makes this process's servers ask an authorizer, and serve what the stack deploys, and no more. */
export function authorizeBy(authorizer: Authorizer): void {
  current = authorizer;
}

/** Returns the authorizer of an emulated gateway; undefined where this server's own tokens count. */
export function currentAuthorizer(): Authorizer | undefined {
  return current;
}
