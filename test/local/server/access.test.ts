import { describe, expect, it } from 'vitest';
import { withContract } from '../../../lib/http/endpoint.ts';
import { allowedOrigin, plainContract, recordEvents, startServer } from './running-server.ts';

const paths = {
  open: plainContract('GET', '/healthz', { public: true }),
  list: plainContract('GET', '/list'),
  change: plainContract('POST', '/list'),
};

async function start(options: Parameters<typeof startServer>[1]) {
  const { handler, events } = recordEvents();
  const routes = Object.values(paths).map((contract) => withContract(contract, handler));
  return { server: await startServer(routes, options), events };
}

describe('tokens', () => {
  const apiTokens = ['first-token', 'second-token'];

  it.each([
    ['no header', undefined],
    ['another token', 'Bearer third-token'],
    ['the start of a token', 'Bearer first'],
    ['no token', 'Bearer '],
    ['another scheme', 'Basic first-token'],
    ['both tokens at once', 'Bearer first-token,second-token'],
  ])('refuses a request with %s', async (_name, authorization) => {
    const { server, events } = await start({ apiTokens });
    await using _server = server;
    const reply = await server.send('GET', '/list', { headers: authorization ? { authorization } : {} });
    expect(reply.status).toBe(401);
    expect(reply.json()).toEqual({ detail: 'Not authenticated' });
    expect(reply.headers).toMatchObject({ 'www-authenticate': 'Bearer', 'cache-control': 'no-store' });
    expect(events).toHaveLength(0);
  });

  it.each(['Bearer first-token', 'bearer second-token'])(
    'lets a request with %j in',
    async (authorization) => {
      const { server } = await start({ apiTokens });
      await using _server = server;
      expect((await server.send('GET', '/list', { headers: { authorization } })).status).toBe(200);
    },
  );

  it('asks for none at a public endpoint, nor anywhere when there are none', async () => {
    const withTokens = await start({ apiTokens });
    await using _first = withTokens.server;
    expect((await withTokens.server.send('GET', '/healthz')).status).toBe(200);
    const without = await start({ apiTokens: [] });
    await using _second = without.server;
    expect((await without.server.send('GET', '/list')).status).toBe(200);
  });

  it('refuses before the body is sent', async () => {
    const { server } = await start({ apiTokens });
    await using _server = server;
    const connection = await server.connect();
    connection.write('POST /list HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n');
    await connection.until('Not authenticated');
    expect(connection.received).toMatch(/^HTTP\/1\.1 401 .*Connection: close/is);
    connection.socket.destroy();
  });
});

describe('a service on the loopback without tokens', () => {
  it.each(['localhost', 'LOCALHOST:8000', '127.0.0.1:1', '[::1]:8000'])(
    'answers to the host %s',
    async (host) => {
      const { server } = await start({});
      await using _server = server;
      expect((await server.send('GET', '/list', { headers: { host } })).status).toBe(200);
    },
  );

  it.each([
    'rebound.example',
    'localhost.rebound.example',
    '127.0.0.1.rebound.example:8000',
    '169.254.169.254',
  ])('refuses a page that reaches it under the name %s', async (host) => {
    const { server, events } = await start({});
    await using _server = server;
    const reply = await server.send('GET', '/list', { headers: { host } });
    expect(reply.status).toBe(403);
    expect(events).toHaveLength(0);
  });

  it.each(['https://elsewhere.example', 'null', 'http://localhost:1', 'https://localhost:8000'])(
    'refuses a form that a page of %s posts',
    async (origin) => {
      const { server, events } = await start({});
      await using _server = server;
      const headers = { host: 'localhost:8000', origin, 'content-type': 'text/plain' };
      expect((await server.send('POST', '/list', { headers, body: '{}' })).status).toBe(403);
      expect(events).toHaveLength(0);
    },
  );

  it.each(['http://localhost:8000', allowedOrigin, undefined])(
    'takes a change that comes from %s',
    async (origin) => {
      const { server, events } = await start({});
      await using _server = server;
      const headers = { host: 'localhost:8000', ...(origin && { origin }) };
      expect((await server.send('POST', '/list', { headers, body: '{}' })).status).toBe(200);
      expect(events).toHaveLength(1);
    },
  );

  it('leaves that to its tokens when it has some', async () => {
    const { server } = await start({ apiTokens: ['token'] });
    await using _server = server;
    const headers = {
      host: 'faces.example',
      origin: 'https://elsewhere.example',
      authorization: 'Bearer token',
    };
    expect((await server.send('POST', '/list', { headers, body: '{}' })).status).toBe(200);
  });

  it('answers to a client of HTTP/1.0 that names no host', async () => {
    const { server, events } = await start({});
    await using _server = server;
    const connection = await server.connect();
    connection.write('GET /list HTTP/1.0\r\n\r\n');
    expect(await connection.closed()).toMatch(/^HTTP\/1\.1 200 /);
    expect(events.at(-1)?.headers.Host).toBe(`127.0.0.1:${server.port}`);
  });

  const crossSite = {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'no-cors',
    'sec-fetch-dest': 'image',
  };
  it.each([
    ['a picture of another site loads it', 'GET', crossSite, 403],
    [
      'a frame shows it',
      'GET',
      { ...crossSite, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      403,
    ],
    [
      'a link leads to it',
      'GET',
      { ...crossSite, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      200,
    ],
    [
      'a form of another site without an origin posts to it',
      'POST',
      { ...crossSite, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      403,
    ],
    ['its own page asks', 'GET', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, 200],
    ['somebody types its address', 'GET', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, 200],
  ])('when %s: %s %j is %i', async (_what, method, headers, status) => {
    const { server } = await start({});
    await using _server = server;
    expect((await server.send(method, '/list', { headers })).status).toBe(status);
  });
});

describe('a service off the loopback without tokens', () => {
  const statusOf = async (
    options: Parameters<typeof startServer>[1],
    headers: Record<string, string>,
    method = 'GET',
  ) => {
    const { server } = await start({ listensOnLoopback: false, ...options });
    await using _server = server;
    return (await server.send(method, '/list', { headers })).status;
  };
  const publicUrl = { origin: 'https://faces.example', prefix: '' };
  const allowedHosts = ['faces.lan', 'only.lan:8000'];

  it.each([
    '192.168.1.5:8000',
    '[fe80::5]:8000',
    'localhost:8000',
    'faces.lan',
    'FACES.lan:1234',
    'only.lan:8000',
    'faces.example',
  ])('answers to the host %s', async (host) => {
    expect(await statusOf({ allowedHosts, publicUrl }, { host })).toBe(200);
  });

  it.each([
    'rebound.example:8000',
    'faces.lan.rebound.example',
    'only.lan:8001',
    '192.168.1.5.rebound.example',
    'evil-faces.example',
  ])('refuses a page that reaches it under the name %s', async (host) => {
    expect(await statusOf({ allowedHosts, publicUrl }, { host })).toBe(403);
  });

  it.each([
    ['null', 403],
    ['http://192.168.1.6:8000', 403],
    ['https://192.168.1.5:8000', 403],
    ['http://192.168.1.5:8000', 200],
    [allowedOrigin, 200],
    ['https://faces.example', 200],
  ])('answers a change by a page of %s with %i', async (origin, status) => {
    const headers = { host: '192.168.1.5:8000', origin };
    expect(await statusOf({ publicUrl }, headers, 'POST')).toBe(status);
  });

  it('counts the host and the scheme that a trusted proxy tells, and no other', async () => {
    const headers = {
      host: '127.0.0.1:8000',
      origin: 'https://faces.lan',
      'x-forwarded-host': 'faces.lan',
      'x-forwarded-proto': 'https',
    };
    const trustedProxies = ['127.0.0.0/8'];
    expect(await statusOf({ allowedHosts, trustedProxies }, headers, 'POST')).toBe(200);
    expect(await statusOf({ allowedHosts }, headers, 'POST')).toBe(403);
    expect(await statusOf({ trustedProxies }, headers, 'GET')).toBe(403);
    // A page with a rebound name may send any header, but no other host.
    const rebound = { ...headers, host: 'rebound.example' };
    expect(await statusOf({ allowedHosts, trustedProxies }, rebound, 'GET')).toBe(403);
  });
});

describe('pages of other origins', () => {
  const preflight = { origin: allowedOrigin, 'access-control-request-method': 'POST' };

  it('learn in a preflight what they may send, without a token', async () => {
    const { server } = await start({ apiTokens: ['token'] });
    await using _server = server;
    const reply = await server.send('OPTIONS', '/list/', { headers: preflight });
    expect(reply.status).toBe(204);
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': allowedOrigin,
      'access-control-allow-methods': 'GET, HEAD, POST',
      'access-control-allow-headers': 'Authorization, Content-Type, Idempotency-Key, If-Match, Last-Event-ID',
      vary: 'Origin',
    });
    expect(reply.headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it('are refused in a preflight when their origin is not listed', async () => {
    const { server } = await start({});
    await using _server = server;
    for (const origin of ['https://elsewhere.example', `${allowedOrigin}.elsewhere.example`, 'null']) {
      const reply = await server.send('OPTIONS', '/list', { headers: { ...preflight, origin } });
      expect(reply.status).toBe(403);
      expect(reply.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it('may read a refusal too, when their origin is listed', async () => {
    const { server } = await start({ apiTokens: ['token'] });
    await using _server = server;
    const headersFor = async (origin: string) =>
      (await server.send('GET', '/list', { headers: { origin } })).headers;
    expect(await headersFor(allowedOrigin)).toMatchObject({ 'access-control-allow-origin': allowedOrigin });
    expect(await headersFor('https://elsewhere.example')).not.toHaveProperty('access-control-allow-origin');
  });

  it('get a 405 from a method that the path does not have', async () => {
    const { server } = await start({});
    await using _server = server;
    for (const method of ['PATCH', 'DELETE']) {
      const reply = await server.send(method, '/list');
      expect([reply.status, reply.headers.allow]).toEqual([405, 'GET, HEAD, POST']);
    }
    const unknown = await server.send('GET', '/nowhere');
    expect([unknown.status, unknown.json()]).toEqual([404, { detail: 'Not Found' }]);
  });
});
