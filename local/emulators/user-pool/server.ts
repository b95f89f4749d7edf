import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addressOf, BodyTooLargeError, readText } from '../request.ts';
import { type CodeRequest, OAuthError, type PoolOptions, UserPool } from './pool.ts';

/** The pages of a user pool of Cognito's, and what clients ask it, as its documentation has them. */
export interface UserPoolEmulator extends AsyncDisposable {
  /** Origin of its pages, which is its name too. */
  readonly url: string;
  readonly clientId: string;
}

const cookie = 'cognito';
/** Largest form. */
const maxFormBytes = 64 * 1024;

export async function startUserPool(options: PoolOptions): Promise<UserPoolEmulator> {
  const pool = new UserPool(options);
  const server = createServer((request, response) => {
    request.on('error', () => {});
    void serve(pool, request, response).catch((error: unknown) => {
      if (!(error instanceof BodyTooLargeError)) return response.destroy();
      response.setHeader('connection', 'close');
      return plain(response, 413, 'The form is too large.');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  pool.issuer = url;
  return {
    url,
    clientId: pool.clientId,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function serve(pool: UserPool, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Nobody's page may show these pages in a frame, and have clicks on them.
  response.setHeader('content-security-policy', "frame-ancestors 'none'");
  response.setHeader('x-frame-options', 'DENY');
  const address = addressOf(request, pool.issuer);
  if (address === null) return plain(response, 400, 'The target is no path.');
  const { pathname, searchParams: query } = address;
  const form = new URLSearchParams(request.method === 'POST' ? await readText(request, maxFormBytes) : '');
  switch (`${request.method} ${pathname}`) {
    case 'GET /oauth2/authorize':
    case 'GET /login':
      return page(pool, request, response, query);
    case 'POST /login':
      return signIn(pool, response, query, form);
    case 'POST /oauth2/token':
      return answerClient(response, () => pool.tokens(form));
    case 'POST /oauth2/revoke':
      return answerClient(response, () => pool.revoke(form));
    case 'GET /logout':
      return signOut(pool, request, response, query);
    case 'GET /favicon.ico':
      return plain(response, 204, '');
    case 'GET /.well-known/jwks.json':
      return json(response, 200, pool.keySet);
    default:
      return plain(response, 404, 'There is no such page.');
  }
}

/** Shows the form to sign in, or goes back with a code if the browser has a session. */
function page(
  pool: UserPool,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): void {
  const asked = askedFor(pool, response, query);
  if (asked === undefined) return;
  const code = pool.codeFor(sessionOf(request), asked);
  if (code === undefined) showForm(response, query, '');
  else goBack(response, asked.redirectUri, { code, state: asked.state });
}

function signIn(
  pool: UserPool,
  response: ServerResponse,
  query: URLSearchParams,
  form: URLSearchParams,
): void {
  const asked = askedFor(pool, response, query);
  if (asked === undefined) return;
  const session = pool.signIn(form.get('username'), form.get('password'));
  const code = pool.codeFor(session, asked);
  if (code === undefined) {
    showForm(response, query, 'Incorrect username or password.');
    return;
  }
  response.setHeader('set-cookie', `${cookie}=${session}; HttpOnly; Path=/; SameSite=Lax`);
  goBack(response, asked.redirectUri, { code, state: asked.state });
}

/**
 * Reads what a client asks for. A browser is sent back with a refusal only to the client's own address; with
 * any other it stays here.
 */
function askedFor(pool: UserPool, response: ServerResponse, query: URLSearchParams): CodeRequest | undefined {
  const redirectUri = query.get('redirect_uri');
  if (!pool.knows(query.get('client_id'), redirectUri)) {
    plain(response, 400, 'redirect_mismatch');
    return undefined;
  }
  try {
    return pool.codeRequest(query);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    goBack(response, redirectUri ?? '', { error: error.code, state: query.get('state') ?? undefined });
    return undefined;
  }
}

function signOut(
  pool: UserPool,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): void {
  const pageUrl = query.get('logout_uri');
  if (!pool.knows(query.get('client_id'), pageUrl)) {
    plain(response, 400, 'redirect_mismatch');
    return;
  }
  pool.endSession(sessionOf(request));
  response.setHeader('set-cookie', `${cookie}=; Path=/; Max-Age=0`);
  goBack(response, pageUrl ?? '', {});
}

function sessionOf({ headers }: IncomingMessage): string | undefined {
  return new RegExp(`(?:^|; )${cookie}=([^;]+)`).exec(headers.cookie ?? '')?.[1];
}

function goBack(
  response: ServerResponse,
  address: string,
  answer: Readonly<Record<string, string | undefined>>,
): void {
  const url = new URL(address);
  for (const [name, value] of Object.entries(answer)) if (value) url.searchParams.set(name, value);
  response.writeHead(302, { location: url.href, 'cache-control': 'no-store' }).end();
}

function showForm(response: ServerResponse, query: URLSearchParams, fault: string): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`<!doctype html>
<html lang="en"><meta name="viewport" content="width=device-width"><title>Sign in</title>
<h1>Sign in</h1>
<p role="alert">${fault}</p>
<form method="post" action="/login?${query.toString().replaceAll('&', '&amp;')}">
<p><label>Email address <input name="username" autocomplete="username" autofocus></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password"></label></p>
<button>Sign in</button>
</form></html>`);
}

/** Answers a client's own call, which pages of any origin may read. */
function answerClient(response: ServerResponse, work: () => object): void {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('cache-control', 'no-store');
  try {
    json(response, 200, work());
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    json(response, 400, { error: error.code });
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function plain(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
}
