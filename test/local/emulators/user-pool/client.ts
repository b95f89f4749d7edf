import { createHash } from 'node:crypto';

/** A client of a user pool that does what a page does, without a browser. */

const verifier = 'a-verifier-that-nobody-guesses-of-43-letters';

export interface Pool {
  /** Origin of its pages. */
  readonly url: string;
  readonly clientId: string;
  /** Address that it comes back to. */
  readonly pageUrl: string;
}

export interface Tokens {
  readonly id_token: string;
  readonly access_token: string;
  readonly refresh_token: string;
}

type Fields = Readonly<Record<string, string>>;

/** Gives what a page asks for. */
export function codeQuery({ clientId, pageUrl }: Pool, changes: Fields = {}): URLSearchParams {
  return new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: pageUrl,
    scope: 'openid email',
    state: 'a state',
    nonce: 'a nonce',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  });
}

/** Sends the form of the pool's page, on which a client has asked for a code. */
export function sendLogin(
  pool: Pool,
  username: string,
  password: string,
  query = codeQuery(pool),
): Promise<Response> {
  return fetch(`${pool.url}/login?${query}`, {
    method: 'POST',
    body: new URLSearchParams({ username, password }),
    redirect: 'manual',
  });
}

/** Reads where an answer leads to. */
export function placeOf(response: Response): URL {
  return new URL(response.headers.get('location') ?? '');
}

/** Asks for tokens. */
export function askTokens({ url, clientId, pageUrl }: Pool, fields: Fields): Promise<Response> {
  const body = new URLSearchParams({
    ...{ grant_type: 'authorization_code', client_id: clientId, redirect_uri: pageUrl },
    ...{ code_verifier: verifier, ...fields },
  });
  return fetch(`${url}/oauth2/token`, { method: 'POST', body });
}

/** Signs in as a page does. */
export async function signIn(pool: Pool, email: string, password: string): Promise<Tokens> {
  const code = placeOf(await sendLogin(pool, email, password)).searchParams.get('code') ?? '';
  const response = await askTokens(pool, { code });
  return (await response.json()) as Tokens;
}
