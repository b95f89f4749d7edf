/**
 * Preloaded module (`node --import`): lets the local server take the tokens of an emulated user pool, as API
 * Gateway's authorizer does.
 */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { NotAuthenticatedError } from '../../../lib/errors.ts';
import { signInOf } from '../../../lib/http/console.ts';
import { loadConfig } from '../../../lib/load-config.ts';
import { actorOf } from '../../../lib/service/actor.ts';
import { type AuthorizedActor, authorizeBy } from '../../server/authorizer.ts';
import { type Claims, type KeySet, readToken } from './tokens.ts';

const signIn = signInOf(process.env);
if (signIn === undefined) throw new Error('CONSOLE_SIGN_IN_URL and CONSOLE_CLIENT_ID name the user pool.');
const { url, client_id: clientId } = signIn;

let keySet: Promise<KeySet> | undefined;

async function readKeys(): Promise<KeySet> {
  const response = await fetch(new URL('/.well-known/jwks.json', url));
  return (await response.json()) as KeySet;
}

authorizeBy(async ({ headers }): Promise<AuthorizedActor> => {
  const token = /^(?:bearer +)?(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  keySet ??= readKeys().catch((error: unknown) => {
    // The next request asks again.
    keySet = undefined;
    throw error;
  });
  const claims = readToken(token, await keySet);
  // Without scopes, the gateway takes only tokens that tell who somebody is.
  if (claims?.token_use !== 'id' || claims.iss !== url || claims.aud !== clientId) {
    throw new NotAuthenticatedError();
  }
  const texts = textsOf(claims);
  const event = { headers, requestContext: { authorizer: { claims: texts } } };
  return { ...actorOf(event as unknown as APIGatewayProxyEvent, loadConfig()), claims: texts };
});

/** Writes claims as the gateway gives them to a function: as texts, and lists with commas. */
function textsOf(claims: Claims): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, String(value)]));
}
