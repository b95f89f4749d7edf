import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { defineEndpoint } from '../lib/contract/endpoint.ts';
import { BackendUnavailableError } from '../lib/errors.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { createHttpServer, stop } from '../local/server/http-server.ts';

/**
 * Program for `log.test.ts`: serves one endpoint and logs to standard output. It writes its port to standard
 * error.
 */
const contract = defineEndpoint({
  operationId: 'change',
  method: 'PUT',
  path: '/people/{id}/',
  summary: '',
  tags: [],
  role: 'check',
  params: z.object({ id: z.string() }),
  body: { kind: 'json', schema: z.object({ name: z.string() }), example: { name: 'Jane Roe' } },
  success: { status: 200, description: '', schema: z.null(), example: null },
  errors: [],
});

const handler = endpoint(contract, async ({ body }, { note }) => {
  if (body.name === 'fault') throw new TypeError('a fault of ours');
  if (body.name === 'outage') {
    throw new BackendUnavailableError('The store is down.', 1, {
      cause: new Error('ECONNREFUSED by the store'),
    });
  }
  note({ faces: 3 });
  note({ matches: 1 });
  return null;
});

const server = createHttpServer({
  routes: [handler],
  apiTokens: ['secret-token'],
  corsOrigins: [],
  maxRequestBytes: 1000,
  emulateGatewayLimits: false,
  listensOnLoopback: true,
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stderr.write(`${(server.address() as AddressInfo).port}\n`);
process.once('SIGTERM', () => stop(server));
