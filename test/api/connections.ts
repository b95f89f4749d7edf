import { randomUUID } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { AccessBuffer } from '../../lib/audit/access-buffer.ts';
import { type Actor, localActor } from '../../lib/service/actor.ts';
import { toEvent } from '../../local/server/event.ts';
import { Router } from '../../local/server/router.ts';
import type { ApiConnection, Reply } from '../suites/api/client.ts';
import { temporaryFolder } from './server-process.ts';

/** Connects over HTTP to a server of the API. */
export function connectOverHttp(url: string, token?: string): ApiConnection {
  return {
    async send(method, path, { headers = {}, body } = {}): Promise<Reply> {
      const response = await fetch(new URL(path, url), {
        method,
        headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
        body: body ?? null,
        redirect: 'manual',
      });
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        bytes: Buffer.from(await response.arrayBuffer()),
      };
    },
    async close() {},
  };
}

/** A connection whose requests may come from anybody. */
export interface HandlersConnection extends ApiConnection {
  /** Who sends the requests from now on. */
  actor: Actor;
}

/**
 * Connects to the handlers of `functions/` in this process, and sends them the events that API Gateway would.
 */
export async function connectToHandlers(): Promise<HandlersConnection> {
  const folder = await temporaryFolder();
  // An empty variable hides a setting in the developer's own `.env`.
  const unset = [
    'BLACKLIST_DB_PATH',
    'PROCESSED_IMAGES_OUTPUT_DIR',
    'CROPPED_FACES_OUTPUT_DIR',
    'IMAGE_ROOT',
  ];
  Object.assign(process.env, Object.fromEntries(unset.map((name) => [name, ''])));
  Object.assign(process.env, { DATA_DIR: folder.path, ENGINE_WORKERS: '1' });
  // The settings are read at the first use and kept, so they must be set before it.
  const { handlers } = await import('../../local/server/handlers.ts');
  const { audit, ports } = await import('../../lib/wiring/open.ts');
  const { recordAccesses } = await import('../../lib/audit/in-process.ts');
  // As the server does for its handlers.
  const accesses = new AccessBuffer(await audit());
  recordAccesses(accesses);
  const router = new Router(handlers);
  const connection: HandlersConnection = {
    actor: localActor,
    async send(method, path, { headers = {}, body = '' } = {}): Promise<Reply> {
      const request = new IncomingMessage(new Socket());
      Object.assign(request, { method, url: path, headers, rawHeaders: Object.entries(headers).flat() });
      const { route: handler, contract, pathParameters } = router.match(method, path.split('?')[0] ?? '');
      const facts = { contract, pathParameters, requestId: randomUUID(), actor: connection.actor };
      const result = await handler(toEvent(request, Buffer.from(body), facts));
      return {
        status: result.statusCode,
        headers: Object.fromEntries(
          Object.entries(result.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
        ),
        bytes: Buffer.from(result.body, result.isBase64Encoded ? 'base64' : 'utf8'),
      };
    },
    async close() {
      recordAccesses(undefined);
      await accesses.close();
      await (await ports()).close();
      await folder.remove();
    },
  };
  return connection;
}
