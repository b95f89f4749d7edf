import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { requestDeadline } from '../../../lib/deadline.ts';
import { ClientGoneError } from '../../../lib/errors.ts';
import { type Handler, withContract } from '../../../lib/http/endpoint.ts';
import { problem } from '../../../lib/http/problem.ts';
import { boundConnections } from '../../../local/server/connections.ts';
import type { GatewayOptions } from '../../../local/server/gateway.ts';
import { stop } from '../../../local/server/http-server.ts';
import {
  type Connection,
  plainContract,
  type RunningServer,
  recordEvents,
  startServer,
} from './running-server.ts';

const read = plainContract('GET', '/things');
const write = plainContract('POST', '/things');

async function start(options: Partial<GatewayOptions> = {}) {
  const { handler, events } = recordEvents();
  const server = await startServer([withContract(read, handler), withContract(write, handler)], options);
  return { server, events };
}

/**
 * Starts a server whose handler answers when the test says so. `entered` counts the requests that reached it.
 */
async function startHeld(options: Partial<GatewayOptions> = {}) {
  const release = Promise.withResolvers<void>();
  const waiters: { count: number; reached: () => void }[] = [];
  let count = 0;
  const handler: Handler = async () => {
    count += 1;
    for (const waiter of waiters) if (count >= waiter.count) waiter.reached();
    await release.promise;
    return { statusCode: 200, body: 'done' };
  };
  const entered = (wanted: number) =>
    new Promise<void>((resolve) => {
      waiters.push({ count: wanted, reached: resolve });
      if (count >= wanted) resolve();
    });
  const server = await startServer([withContract(write, handler)], options);
  return { server, entered, release: release.resolve };
}

function post(length: number | 'chunked', extra = ''): string {
  const framing = length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`;
  return `POST /things HTTP/1.1\r\nHost: localhost\r\n${framing}\r\n${extra}\r\n`;
}

describe('the size of a request', () => {
  const maxRequestBytes = 1000;

  it('may be the limit, and not a byte more', async () => {
    const { server, events } = await start({ maxRequestBytes });
    await using _server = server;
    expect((await server.send('POST', '/things', { body: 'x'.repeat(1000) })).status).toBe(200);
    expect(events.at(-1)?.body).toHaveLength(1000);
    const reply = await server.send('POST', '/things', { body: 'x'.repeat(1001) });
    expect(reply.status).toBe(413);
    expect(reply.json()).toEqual({ detail: 'The request is too large: at most 1000 bytes are taken.' });
  });

  it('is refused as soon as it is announced', async () => {
    const { server } = await start({ maxRequestBytes });
    await using _server = server;
    const connection = await server.connect();
    connection.write(post(1001));
    await connection.until('too large');
    expect(connection.received).toMatch(/^HTTP\/1\.1 413 .*Connection: close/is);
    connection.socket.destroy();
  });

  it('is refused while it streams in without an announced length', async () => {
    const { server, events } = await start({ maxRequestBytes });
    await using _server = server;
    const connection = await server.connect();
    connection.write(`${post('chunked')}3e8\r\n${'x'.repeat(1000)}\r\n1\r\nx\r\n`);
    await connection.until('too large');
    expect(connection.received).toMatch(/^HTTP\/1\.1 413 /);
    expect(events).toHaveLength(0);
    connection.socket.destroy();
  });

  it('is refused in a way that a client which keeps on sending can read', async () => {
    const { server } = await start({ maxRequestBytes });
    await using _server = server;
    const reply = await server.send('POST', '/things', {
      headers: { 'transfer-encoding': 'chunked' },
      body: Buffer.alloc(20 * 1024 * 1024),
    });
    expect(reply.status).toBe(413);
    expect(reply.headers.connection).toBe('close');
  });

  it('is refused to a client that never stops sending, and the connection closed in the end', async () => {
    const { server } = await start({ maxRequestBytes });
    await using _server = server;
    const connection = await server.connect();
    connection.write(post('chunked'));
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const sendOn = () => {
      while (connection.socket.writable && connection.socket.write(chunk));
    };
    connection.socket.on('drain', sendOn);
    sendOn();
    expect(await connection.closed()).toMatch(/^HTTP\/1\.1 413 .*too large/is);
  });

  it('is known before the client is told to go on, when it asks', async () => {
    const { server, events } = await start({ maxRequestBytes });
    await using _server = server;
    const connection = await server.connect();
    connection.write(post(5, 'Expect: 100-continue\r\n'));
    await connection.until('HTTP/1.1 100 Continue\r\n\r\n');
    connection.write('hello');
    await connection.until('HTTP/1.1 200 OK');
    expect(events.at(-1)?.body).toBe('hello');
    connection.socket.destroy();

    const refused = await server.connect();
    refused.write(post(1001, 'Expect: 100-continue\r\n'));
    await refused.until('too large');
    expect(refused.received).toMatch(/^HTTP\/1\.1 413 /);
    refused.socket.destroy();
  });
});

describe("the gateway's and Lambda's limits", () => {
  const mebibyte = 1024 * 1024;
  const multipart = { headers: { 'content-type': 'multipart/form-data; boundary=x' } };

  it('are enforced when asked for: 10 MB a request, 6 MB an event, in which a picture is a third larger', async () => {
    const { server, events } = await start({ maxRequestBytes: 25 * mebibyte, emulateGatewayLimits: true });
    await using _server = server;
    const statusOf = async (bytes: number) =>
      (await server.send('POST', '/things', { ...multipart, body: Buffer.alloc(bytes) })).status;
    expect(await statusOf(4 * mebibyte)).toBe(200);
    expect(await statusOf(5 * mebibyte)).toBe(413);
    expect(await statusOf(10 * mebibyte + 1)).toBe(413);
    expect(events).toHaveLength(1);
  });

  it('leave the own limit in force when it is lower', async () => {
    const { server } = await start({ maxRequestBytes: 1000, emulateGatewayLimits: true });
    await using _server = server;
    expect((await server.send('POST', '/things', { body: 'x'.repeat(1001) })).status).toBe(413);
  });

  it('turn an answer that is too large into a 502', async () => {
    const handler: Handler = async () => ({ statusCode: 200, body: 'x'.repeat(7 * mebibyte) });
    const statusAt = async (emulateGatewayLimits: boolean) => {
      await using server = await startServer([withContract(read, handler)], { emulateGatewayLimits });
      return (await server.send('GET', '/things')).status;
    };
    expect(await statusAt(true)).toBe(502);
    expect(await statusAt(false)).toBe(200);
  });

  it('are not there otherwise', async () => {
    const { server } = await start({ maxRequestBytes: 25 * mebibyte });
    await using _server = server;
    const reply = await server.send('POST', '/things', { ...multipart, body: Buffer.alloc(11 * mebibyte) });
    expect(reply.status).toBe(200);
  });
});

describe('a busy server', () => {
  it('refuses what it cannot hold, says when to try again, and takes it once there is room', async () => {
    const { server, entered, release } = await startHeld({ maxRequestBytes: 1000 });
    await using _server = server;
    const body = 'x'.repeat(1000);
    const held = Array.from({ length: 6 }, () => server.send('POST', '/things', { body }));
    await entered(6);
    const refused = await server.send('POST', '/things', { body });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.json()).toEqual({ detail: 'The service is busy with other requests. Try again.' });
    release();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect((await server.send('POST', '/things', { body })).status).toBe(200);
  });

  it('holds no room for a body that was announced and is not sent', async () => {
    const { server, release } = await startHeld({ maxRequestBytes: 1000 });
    await using _server = server;
    release();
    const idle = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const connection = await server.connect();
        connection.write(post(1000));
        return connection;
      }),
    );
    expect((await server.send('POST', '/things', { body: 'x'.repeat(1000) })).status).toBe(200);
    for (const { socket } of idle) socket.destroy();
  });

  it('gives the room of a request back whose client went away', async () => {
    const { server, release } = await startHeld({ maxRequestBytes: 1000 });
    await using _server = server;
    release();
    for (let round = 0; round < 10; round += 1) {
      const connection = await server.connect();
      const [incoming] = await Promise.all([
        once(server.server, 'request'),
        connection.write(post(1000) + 'x'.repeat(900)),
      ]);
      const gone = once(incoming[1], 'close');
      connection.socket.destroy();
      await gone;
    }
    expect((await server.send('POST', '/things', { body: 'x'.repeat(1000) })).status).toBe(200);
  });
});

describe('a slow client', () => {
  async function closedWith(server: RunningServer, ...texts: string[]): Promise<string> {
    const connection: Connection = await server.connect();
    for (const text of texts) connection.write(text);
    return await connection.closed();
  }

  it('is sent away when its headers do not come to an end', async () => {
    const { server } = await start();
    await using _server = server;
    server.server.headersTimeout = 100;
    expect(await closedWith(server, 'GET /things HTTP/1.1\r\nHost: loc')).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('is sent away when its body does not come to an end', async () => {
    const { server, events } = await start();
    await using _server = server;
    server.server.headersTimeout = 100;
    server.server.requestTimeout = 100;
    expect(await closedWith(server, post(100), 'x')).toMatch(/^HTTP\/1\.1 408 /);
    expect(events).toHaveLength(0);
  });
});

describe('connections', () => {
  it('that say nothing make way for new ones, and those at work stay', async () => {
    const { server, entered, release } = await startHeld();
    await using _server = server;
    boundConnections(server.server, 10);
    const working = server.send('POST', '/things', { body: '{}' });
    await entered(1);
    const silent = [];
    for (let count = 0; count < 10; count += 1) silent.push(await server.connect());
    const next = await server.connect();
    expect(await silent[0]?.closed()).toBe('');
    next.write('GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await next.until('Not Found');
    release();
    expect((await working).status).toBe(200);
    for (const { socket } of [...silent, next]) socket.destroy();
  });
});

/** Starts a server whose handler works, piece by piece, until it may begin no further one. */
async function startWorking() {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<unknown>();
  const handler: Handler = async (event) => {
    const deadline = requestDeadline(event, undefined);
    for (;;) {
      try {
        deadline.refuseIfAbandoned();
      } catch (error) {
        ended.resolve(error);
        const { status, headers, body } = problem(error, 'id');
        return { statusCode: status, headers, body: JSON.stringify(body) };
      }
      begun.resolve();
      await nextTurn();
    }
  };
  const server = await startServer([withContract(write, handler)]);
  return { server, begun: begun.promise, ended: ended.promise };
}

describe('work on a request', () => {
  it('ends with the next piece when the client goes away', async () => {
    const { server, begun, ended } = await startWorking();
    await using _server = server;
    const connection = await server.connect();
    connection.write(`${post(2)}{}`);
    await begun;
    connection.socket.destroy();
    expect(await ended).toBeInstanceOf(ClientGoneError);
  });

  it('ends with the next piece when the server has waited long enough, and the client is told', async () => {
    const { server, begun } = await startWorking();
    const running = server.send('POST', '/things', { body: '{}' });
    await begun;
    await stop(server.server, { finishMs: 0, cutOffMs: 60_000 });
    const reply = await running;
    expect([reply.status, reply.headers['retry-after']]).toEqual([503, '5']);
    expect(reply.json()).toEqual({ detail: 'The service stops: send it again.' });
  });
});

describe('a server that stops', () => {
  it('waits no longer than it may for work that does not end', async () => {
    const { server, entered } = await startHeld();
    const connection = await server.connect();
    connection.write(`${post(2)}{}`);
    await entered(1);
    await stop(server.server, { finishMs: 0, cutOffMs: 0 });
    expect(await connection.closed()).toBe('');
    expect(server.server.listening).toBe(false);
  });

  it('finishes running requests, takes no new ones, and closes idle connections', async () => {
    const { server, entered, release } = await startHeld();
    const idle = await server.connect();
    idle.write('GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await idle.until('Not Found');
    const running = server.send('POST', '/things', { body: '{}' });
    await entered(1);
    const unopened = await server.connect();
    const stopped = server.stop();
    await idle.closed();
    await expect(server.connect()).rejects.toThrow('ECONNREFUSED');
    release();
    const reply = await running;
    expect([reply.status, reply.bytes.toString(), reply.headers.connection]).toEqual([200, 'done', 'close']);
    await stopped;
    await unopened.closed();
    expect(server.server.listening).toBe(false);
  });

  it('lets an upload that is under way come to its end', async () => {
    const { server, entered, release } = await startHeld();
    release();
    const connection = await server.connect();
    const arrived = once(server.server, 'request');
    connection.write(`${post(4)}ab`);
    await arrived;
    const stopped = server.stop();
    connection.write('cd');
    await entered(1);
    expect(await connection.closed()).toMatch(/^HTTP\/1\.1 200 .*done$/is);
    await stopped;
  });

  it('does not wait for ever for an upload that does not come to its end', async () => {
    const { server } = await start();
    const connection = await server.connect();
    const arrived = once(server.server, 'request');
    connection.write(`${post(4)}ab`);
    await arrived;
    server.server.requestTimeout = 100;
    await server.stop();
    expect(await connection.closed()).toBe('');
  });

  it('can be told to stop twice', async () => {
    const { server } = await start();
    await Promise.all([stop(server.server), stop(server.server)]);
    await expect(stop(server.server)).resolves.toBeUndefined();
  });
});
