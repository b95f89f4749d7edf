import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withContract } from '../../../lib/http/endpoint.ts';
import { plainContract, type RunningServer, recordEvents, startServer } from './running-server.ts';

const { handler, events } = recordEvents();
let server: RunningServer;
beforeAll(async () => {
  server = await startServer(
    [
      withContract(plainContract('GET', '/'), handler),
      withContract(plainContract('GET', '/things'), handler),
      withContract(plainContract('POST', '/things'), handler),
    ],
    { allowedHosts: ['faces.example'] },
  );
});
afterAll(() => server.stop());

/** Sends a request, by default with `Connection: close`, and returns everything that comes back. */
async function exchange(...lines: string[]): Promise<string> {
  const connection = await server.connect();
  connection.write([...lines, '', ''].join('\r\n'));
  return await connection.closed();
}

describe('HEAD', () => {
  it('has the headers of GET and no body', async () => {
    const get = await server.send('GET', '/things');
    const head = await server.send('HEAD', '/things');
    expect([head.status, head.headers['content-length'], head.bytes.length]).toEqual([200, '2', 0]);
    expect(head.headers['content-type']).toBe(get.headers['content-type']);
    expect(events.at(-1)?.httpMethod).toBe('HEAD');
  });

  it('leaves the connection good for the next request', async () => {
    const received = await exchange(
      'HEAD /things HTTP/1.1',
      'Host: localhost',
      '',
      'GET /things HTTP/1.1',
      'Host: localhost',
      'Connection: close',
    );
    expect(received.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(received.endsWith('{}')).toBe(true);
  });
});

describe('a request', () => {
  it.each(['GET / HTTP/1.0', 'OPTIONS / HTTP/1.0', 'HEAD / HTTP/1.0'])(
    'by a load balancer, %s without a host, is answered with success',
    async (line) => {
      expect(await exchange(line)).toMatch(/^HTTP\/1\.1 20[04] .*Connection: close/s);
    },
  );

  it('of HTTP/1.1 without a host is a 400', async () => {
    expect(await exchange('GET / HTTP/1.1')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it.each([
    ['two hosts', ['Host: localhost', 'Host: localhost']],
    ['two hosts that differ', ['Host: localhost', 'host: other.example']],
    ['a host that is none', ['Host: local host']],
    ['a host with a user', ['Host: user@localhost']],
    ['two hosts in one', ['Host: localhost, localhost']],
    ['a port that is none', ['Host: localhost:99999']],
  ])('with %s is a 400', async (_what, headers) => {
    const received = await exchange('GET /things HTTP/1.1', ...headers, 'Connection: close');
    expect(received).toMatch(/^HTTP\/1\.1 400 .*\{"detail":"/s);
  });

  it('may name the host in its target, which then counts', async () => {
    const lines = ['Host: ignored.example', 'Connection: close'];
    expect(await exchange('GET http://faces.example/things?a=b HTTP/1.1', ...lines)).toMatch(
      /^HTTP\/1\.1 200 /,
    );
    expect(events.at(-1)).toMatchObject({
      path: '/things',
      queryStringParameters: { a: 'b' },
      headers: { Host: 'faces.example' },
    });
    expect(await exchange('GET http://rebound.example/things HTTP/1.1', ...lines)).toMatch(
      /^HTTP\/1\.1 403 /,
    );
    expect(await exchange('GET http://faces.example HTTP/1.1', ...lines)).toMatch(/^HTTP\/1\.1 200 /);
    expect(events.at(-1)?.path).toBe('/');
  });

  it.each(['//things', '/things//', '/things;a=b', '/%74hings%2F', '/../things'])(
    'for %s is for no path of ours',
    async (path) => {
      expect((await server.send('GET', path)).status).toBe(404);
    },
  );

  it('for the methods of a path, or of the service, is answered', async () => {
    const reply = await server.send('OPTIONS', '/things');
    expect([reply.status, reply.headers.allow]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
    expect(await exchange('OPTIONS * HTTP/1.1', 'Host: localhost', 'Connection: close')).toMatch(
      /^HTTP\/1\.1 204 .*Allow: GET, /s,
    );
    expect((await server.send('OPTIONS', '/nowhere')).status).toBe(404);
  });

  it('that expects what is not known is a 417', async () => {
    const received = await exchange(
      'POST /things HTTP/1.1',
      'Host: localhost',
      'Expect: a miracle',
      'Connection: close',
    );
    expect(received).toMatch(/^HTTP\/1\.1 417 /);
  });
});

describe('an idle connection', () => {
  it('is kept longer than the 60 s of proxies, and the time for headers does not cut it off', async () => {
    const idle = await startServer([withContract(plainContract('GET', '/'), handler)]);
    await using _server = idle;
    expect(idle.server.keepAliveTimeout).toBeGreaterThan(65_000);
    const connection = await idle.connect();
    connection.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await connection.until('{}');
    idle.server.headersTimeout = 50;
    // Meanwhile the server closes a connection that sends no headers: the time for headers is over.
    const silent = await idle.connect();
    expect(await silent.closed()).toMatch(/^HTTP\/1\.1 408 /);
    connection.received = '';
    connection.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await connection.until('{}');
    connection.socket.destroy();
  });
});
