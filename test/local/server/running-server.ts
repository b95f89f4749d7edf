import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod';
import { defineEndpoint, type Endpoint } from '../../../lib/contract/endpoint.ts';
import type { EndpointHandler, Handler } from '../../../lib/http/endpoint.ts';
import type { GatewayOptions } from '../../../local/server/gateway.ts';
import { createHttpServer, stop } from '../../../local/server/http-server.ts';

/** A server for the tests, and clients that send exactly what the test says. */

/** Origin whose pages may read answers: `CORS_ORIGINS` of every test here. */
export const allowedOrigin = 'https://app.example';
process.env.CORS_ORIGINS = allowedOrigin;
process.env.LOG_LEVEL ??= 'silent';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** Parses the body as JSON. */
  json(): unknown;
}

export interface RunningServer extends AsyncDisposable {
  readonly server: ReturnType<typeof createHttpServer>;
  readonly port: number;
  send(
    method: string,
    path: string,
    options?: { headers?: OutgoingHttpHeaders | readonly string[]; body?: string | Uint8Array },
  ): Promise<Reply>;
  /** Opens a bare connection. */
  connect(): Promise<Connection>;
  stop(): Promise<void>;
}

export async function startServer(
  routes: readonly EndpointHandler[],
  options: Partial<GatewayOptions> = {},
): Promise<RunningServer> {
  const server = createHttpServer({
    routes,
    apiTokens: [],
    corsOrigins: [allowedOrigin],
    maxRequestBytes: 1024 * 1024,
    emulateGatewayLimits: false,
    listensOnLoopback: true,
    ...options,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  let stopping: Promise<void> | undefined;
  const stopOnce = () => {
    stopping ??= stop(server);
    return stopping;
  };
  return {
    server,
    port,
    send: (method, path, sent) => send({ agent, port, method, path, ...sent }),
    connect: () => openConnection(port),
    stop: stopOnce,
    [Symbol.asyncDispose]: stopOnce,
  };
}

async function send({
  agent,
  port,
  method,
  path,
  headers = {},
  body = '',
}: {
  agent: Agent;
  port: number;
  method: string;
  path: string;
  headers?: OutgoingHttpHeaders | readonly string[];
  body?: string | Uint8Array;
}): Promise<Reply> {
  const outgoing = request({ host: '127.0.0.1', port, agent, method, path, headers });
  outgoing.end(body);
  const [incoming] = await once(outgoing, 'response');
  const bytes = Buffer.concat(await incoming.toArray());
  return {
    status: incoming.statusCode,
    headers: incoming.headers,
    bytes,
    json: () => JSON.parse(bytes.toString()),
  };
}

/** A socket, with everything that it has received so far. */
export class Connection {
  readonly socket: Socket;
  received = '';

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    socket.on('data', (text: string) => {
      this.received += text;
    });
  }

  write(text: string | Uint8Array): void {
    this.socket.write(text);
  }

  /** Waits until this text was received. */
  async until(text: string): Promise<void> {
    while (!this.received.includes(text)) await once(this.socket, 'data');
  }

  /** Waits until the server closes the connection, and returns everything that it sent. */
  async closed(): Promise<string> {
    if (!this.socket.closed) await new Promise((resolve) => this.socket.once('close', resolve));
    return this.received;
  }
}

async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  return new Connection(socket);
}

/** Makes a contract for a route that only tests HTTP. */
export function plainContract(
  method: Endpoint['method'],
  path: string,
  extra: Partial<Endpoint> = {},
): Endpoint {
  return defineEndpoint({
    operationId: `${method} ${path}`,
    method,
    path,
    summary: 'A route of the tests',
    tags: [],
    role: 'check',
    success: { status: 200, description: '', schema: z.unknown(), example: null },
    errors: [],
    ...(method !== 'GET' && { body: { kind: 'json', schema: z.unknown(), example: null } }),
    ...extra,
  });
}

/** Makes a handler that keeps its events and answers with nothing. */
export function recordEvents(): { handler: Handler; events: APIGatewayProxyEvent[] } {
  const events: APIGatewayProxyEvent[] = [];
  const handler: Handler = async (event) => {
    events.push(event);
    return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: '{}' };
  };
  return { handler, events };
}
