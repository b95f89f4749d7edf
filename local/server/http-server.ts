import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { writeHead } from './event.ts';
import { Gateway, type GatewayOptions } from './gateway.ts';
import { hasBody } from './request-body.ts';

const maxConnections = 1024;
const headersTimeoutMs = 10_000;
/** A request's last byte must have come by then: 25 MB at 2 Mbit/s. */
const requestTimeoutMs = 120_000;
/** An answer's next byte must have been taken by then. */
const answerTimeoutMs = 30_000;
/** How long a client that was refused may go on sending, so that it gets to read why. */
const lingerMs = 1_000;

/** The requests that each server has not answered yet. */
const runningRequests = new WeakMap<Server, Set<Promise<void>>>();

/**
 * Serves the routes over HTTP: each request becomes API Gateway's event, and a handler's answer the response. Not listening yet.
 */
export function createHttpServer(options: GatewayOptions): Server {
  const gateway = new Gateway(options);
  const server = createServer({
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: 1_000,
  });
  server.maxConnections = maxConnections;
  const running = new Set<Promise<void>>();
  runningRequests.set(server, running);
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const served = exchange(server, gateway, request, response).finally(() => running.delete(served));
    running.add(served);
  };
  server.on('request', serve);
  // A client that waits for leave to send its body gets it once its request is known to be allowed.
  server.on('checkContinue', serve);
  return server;
}

/**
 * Stops accepting, lets running requests finish, and resolves when all connections are closed. Requests that still run after
 * the server's `requestTimeout` are cut off, for a closing server no longer sends slow clients away by itself.
 */
export async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const cutOff = setTimeout(() => server.closeAllConnections(), server.requestTimeout);
  const running = runningRequests.get(server);
  while (running !== undefined && running.size > 0) await Promise.all(running);
  clearTimeout(cutOff);
  server.closeAllConnections();
  await closed;
}

/** One request and its answer, until the last byte is sent; never rejects. */
async function exchange(
  server: Server,
  gateway: Gateway,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const closed = new Promise<void>((resolve) => response.on('close', resolve));
  // A client that goes away is no fault; `closed` tells.
  request.on('error', () => {});
  response.on('error', () => {});
  const result = await gateway.answer(request, response);
  if (result !== undefined && !response.destroyed) await send(server, request, response, result, closed);
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
  const body = writeHead(response, result);
  if (isStillSending) {
    // The answer is complete for the client now. To close at once would reset the connection, and the client might never read it.
    response.write(body);
    request.resume();
    const received = new Promise<void>((resolve) => request.once('close', resolve));
    await Promise.race([received, closed, delay(lingerMs, undefined, { ref: false })]);
    response.end();
  } else {
    response.end(body);
  }
}
