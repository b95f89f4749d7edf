import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { BackendUnavailableError } from '../../lib/errors.ts';
import { streamedBody } from '../../lib/http/streamed-answer.ts';
import { log } from '../../lib/log.ts';
import { compressed } from './compression.ts';
import { boundConnections } from './connections.ts';
import { writeHead } from './event.ts';
import { Gateway, type GatewayOptions } from './gateway.ts';
import { hasBody } from './request-body.ts';

/**
 * Time for all headers, from the first byte of a request or from the start of its connection. It does not
 * apply to an idle connection.
 */
const headersTimeoutMs = 10_000;
/**
 * Longer than the 60 s of nginx and other proxies. If the server closed an idle connection first, a proxy
 * might just be sending a request on it, which would be lost.
 */
const keepAliveTimeoutMs = 72_000;
/** Time for a whole request: enough for 25 MB at 2 Mbit/s. */
const requestTimeoutMs = 120_000;
/** Time in which a client must take the next byte of an answer. */
const answerTimeoutMs = 30_000;
/** Time for which a refused client may go on sending, so that it reads the answer. */
const lingerMs = 2_000;

/** Time for running requests once the server stops; then no further picture is begun. */
const finishMs = 20_000;
/** Time after that for the pictures in work, and for the answers. */
const cutOffMs = 10_000;

/** Requests of each server that are not answered yet, and the gateway that works on them. */
const runningRequests = new WeakMap<Server, { running: Set<Promise<void>>; gateway: Gateway }>();

/**
 * Creates a server that serves the routes over HTTP. Each request becomes an event of API Gateway, and a
 * handler's answer the response. The server does not listen yet.
 */
export function createHttpServer(options: GatewayOptions): Server {
  const gateway = new Gateway(options);
  const server = createServer({
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: 1_000,
  });
  boundConnections(server);
  const running = new Set<Promise<void>>();
  runningRequests.set(server, { running, gateway });
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const served = exchange(server, gateway, request, response).finally(() => running.delete(served));
    running.add(served);
  };
  server.on('request', serve);
  // A client may wait for permission to send its body. It gets it once its request is known to be allowed.
  server.on('checkContinue', serve);
  return server;
}

/**
 * Stops accepting connections, lets running requests finish, and resolves when all connections are closed.
 *
 * Requests that still run after `finishMs`, or the server's `requestTimeout` if that is shorter, begin no
 * further picture, and are answered that the service stops. After `cutOffMs` more, their connections are cut
 * off, and nobody waits for them.
 */
export async function stop(server: Server, times = { finishMs, cutOffMs }): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const { running, gateway } = runningRequests.get(server) ?? { running: new Set() };
  const allAnswered = async () => {
    while (running.size > 0) await Promise.all(running);
  };
  const finishing = Math.min(times.finishMs, server.requestTimeout);
  if (!(await isDoneWithin(finishing, allAnswered()))) {
    gateway?.abandonAll(new BackendUnavailableError('The service stops: send it again.', 5));
    await isDoneWithin(Math.min(times.cutOffMs, server.requestTimeout), allAnswered());
  }
  server.closeAllConnections();
  await closed;
}

/** Waits for some work; returns false if that takes longer than the time, in milliseconds. */
async function isDoneWithin(milliseconds: number, work: Promise<void>): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(milliseconds, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    timer.abort();
  }
}

/** Serves one request until the last byte of its answer is sent. Never rejects. */
async function exchange(
  server: Server,
  gateway: Gateway,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const closed = new Promise<void>((resolve) => response.on('close', resolve));
  // A client may go away at any time. `closed` then resolves.
  request.on('error', () => {});
  response.on('error', () => {});
  const result = await gateway.answer(request, response);
  if (result !== undefined && !response.destroyed) {
    await send(server, request, response, result, closed);
  }
  await closed;
}

async function send(
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
  result: APIGatewayProxyResult,
  closed: Promise<void>,
): Promise<void> {
  const isStillSending = hasBody(request) && !request.complete;
  if (isStillSending || !server.listening) response.setHeader('Connection', 'close');
  response.setTimeout(answerTimeoutMs);
  const stream = streamedBody(result);
  if (stream) return sendStream(request, response, result, stream);
  const body = writeHead(response, await compressed(request, result));
  // Discards what nobody reads of a refused body. Otherwise the connection's next request would not be seen.
  request.resume();
  if (isStillSending) {
    // The client has the whole answer now. Closing at once would reset the connection, and the client might
    // never read it.
    response.write(body);
    const received = new Promise<void>((resolve) => request.once('close', resolve));
    await Promise.race([received, closed, delay(lingerMs, undefined, { ref: false })]);
    response.end();
  } else {
    // Node leaves the body of an answer to HEAD out.
    response.end(body);
  }
}

/** Sends a body as it is made. If that fails, the connection breaks off: nobody takes it for whole. */
async function sendStream(
  request: IncomingMessage,
  response: ServerResponse,
  result: APIGatewayProxyResult,
  stream: ReadableStream<Uint8Array>,
): Promise<void> {
  writeHead(response, result, { isStreamed: true });
  request.resume();
  if (request.method === 'HEAD') {
    await stream.cancel();
    response.end();
    return;
  }
  try {
    await pipeline(Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]), response);
  } catch (err) {
    if (!request.socket.destroyed || response.errored !== null) log().warn({ err }, 'An answer broke off.');
    response.destroy();
  }
}
