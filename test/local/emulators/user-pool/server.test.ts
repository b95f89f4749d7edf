import { once } from 'node:events';
import { get } from 'node:http';
import { afterAll, describe, expect, test } from 'vitest';
import { startUserPool } from '../../../../local/emulators/user-pool/server.ts';
import { type KeySet, readToken, TokenSigner } from '../../../../local/emulators/user-pool/tokens.ts';
import { askTokens, codeQuery, type Pool, placeOf, sendLogin, signIn } from './client.ts';

const pageUrl = 'https://faces.example.com/prod/console/';
const user = { email: 'ann@example.com', password: 'a long password', groups: ['desk', 'check'] };
const running = await startUserPool({ users: [user], pageUrl });
const pool: Pool = { url: running.url, clientId: running.clientId, pageUrl };
afterAll(() => running[Symbol.asyncDispose]());

const authorize = (changes: Record<string, string> = {}, cookie = '') =>
  fetch(`${pool.url}/oauth2/authorize?${codeQuery(pool, changes)}`, {
    redirect: 'manual',
    headers: { cookie },
  });

async function newCode(): Promise<string> {
  return placeOf(await sendLogin(pool, user.email, user.password)).searchParams.get('code') ?? '';
}

async function keysOf({ url }: { url: string }): Promise<KeySet> {
  return (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as KeySet;
}

async function refusalOf(response: Response): Promise<[number, unknown]> {
  return [response.status, await response.json()];
}

describe('a request for a code', () => {
  test('shows a form, and goes back with a code and the state only for the right password', async () => {
    expect(await (await authorize()).text()).toContain('<form method="post"');
    const wrong = await sendLogin(pool, user.email, 'another');
    expect([wrong.status, await wrong.text()]).toEqual([200, expect.stringContaining('Incorrect')]);
    const { origin, pathname, searchParams } = placeOf(await sendLogin(pool, user.email, user.password));
    expect(origin + pathname).toBe(pageUrl);
    expect(Object.fromEntries(searchParams)).toEqual({ code: expect.any(String), state: 'a state' });
  });

  test.each([
    { redirect_uri: `${pageUrl}other` },
    { redirect_uri: pageUrl.slice(0, -1) },
    { redirect_uri: 'https://evil.example.com/' },
    { client_id: 'another' },
  ])('of another client, or for another address, stays here: %o', async (changes) => {
    const response = await authorize(changes);
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  });

  test.each([
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ code_challenge: '' }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ scope: 'openid aws.cognito.signin.user.admin' }, 'invalid_scope'],
  ])('that is wrong otherwise goes back with the reason: %o', async (changes, error) => {
    const { searchParams } = placeOf(await authorize(changes));
    expect(Object.fromEntries(searchParams)).toEqual({ error, state: 'a state' });
  });

  test('wants no password while there is a session, and again after signing out', async () => {
    const login = await sendLogin(pool, user.email, user.password);
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(placeOf(await authorize({}, cookie)).searchParams.get('code')).not.toBeNull();
    const leave = (logout_uri: string) =>
      fetch(`${pool.url}/logout?${new URLSearchParams({ client_id: pool.clientId, logout_uri })}`, {
        redirect: 'manual',
        headers: { cookie },
      });
    expect((await leave('https://evil.example.com/')).status).toBe(400);
    expect(placeOf(await leave(pageUrl)).href).toBe(pageUrl);
    expect(await (await authorize({}, cookie)).text()).toContain('<form');
  });
});

describe('a code', () => {
  test('gives tokens with name, groups and nonce, which the pool’s key has signed', async () => {
    const { id_token, access_token } = await signIn(pool, user.email, user.password);
    const keys = await keysOf(pool);
    expect(readToken(id_token, keys)).toMatchObject({
      token_use: 'id',
      iss: pool.url,
      aud: pool.clientId,
      email: user.email,
      nonce: 'a nonce',
      'cognito:groups': user.groups,
    });
    expect(readToken(access_token, keys)).toMatchObject({ token_use: 'access' });
    expect(readToken(id_token, new TokenSigner().keySet)).toBeUndefined();
    const [head, , signature] = id_token.split('.');
    const other = Buffer.from(JSON.stringify({ exp: 9e9, 'cognito:groups': ['admin'] })).toString(
      'base64url',
    );
    expect(readToken(`${head}.${other}.${signature}`, keys)).toBeUndefined();
    for (const end of ['.junk', '!!==', '.', '='])
      expect(readToken(id_token + end, keys), end).toBeUndefined();
  });

  test('counts once', async () => {
    const code = await newCode();
    expect((await askTokens(pool, { code })).status).toBe(200);
    expect(await refusalOf(await askTokens(pool, { code }))).toEqual([400, { error: 'invalid_grant' }]);
  });

  test.each([
    [{ code_verifier: 'another' }, 'invalid_grant'],
    [{ code_verifier: '' }, 'invalid_grant'],
    [{ redirect_uri: 'https://evil.example.com/' }, 'invalid_grant'],
    [{ client_id: 'another' }, 'invalid_client'],
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ code: 'another' }, 'invalid_grant'],
  ])('is worth nothing with something else: %o', async (changes, error) => {
    const response = await askTokens(pool, { code: await newCode(), ...changes });
    expect(await refusalOf(response)).toEqual([400, { error }]);
  });
});

test('a token is renewed until that is revoked, and pages may read the answer', async () => {
  const { refresh_token } = await signIn(pool, user.email, user.password);
  const renew = () => askTokens(pool, { grant_type: 'refresh_token', refresh_token });
  const renewed = await renew();
  expect([renewed.status, renewed.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  expect(await renewed.json()).not.toHaveProperty('refresh_token');
  const body = new URLSearchParams({ token: refresh_token, client_id: pool.clientId });
  await fetch(`${pool.url}/oauth2/revoke`, { method: 'POST', body });
  expect(await refusalOf(await renew())).toEqual([400, { error: 'invalid_grant' }]);
});

test('no page may show the form in a frame', async () => {
  const { headers } = await authorize();
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
});

test.each(['/oauth2/token', '/oauth2/revoke', '/login'])(
  'a form of some MB for %s is refused',
  async (path) => {
    const response = await fetch(pool.url + path, { method: 'POST', body: 'a'.repeat(4e6) });
    expect([response.status, await response.text()]).toEqual([413, 'The form is too large.']);
    expect((await authorize()).status).toBe(200);
  },
);

test.each([
  ['//', 404],
  ['//elsewhere.example/login', 404],
  ['http://elsewhere.example/login', 400],
  ['*', 400],
])('a request for %s is answered', async (target, status) => {
  const { port } = new URL(pool.url);
  const asked = get({ port, host: '127.0.0.1', path: target });
  const [response] = await once(asked, 'response');
  response.resume();
  expect(response.statusCode).toBe(status);
});

test('a token ends', async () => {
  await using short = await startUserPool({ users: [user], pageUrl, tokenSeconds: 0 });
  const { id_token } = await signIn({ ...short, pageUrl }, user.email, user.password);
  const keys = await keysOf(short);
  expect(readToken(id_token, keys)).toBeUndefined();
});
