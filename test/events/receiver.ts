import { deepStrictEqual } from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { EntryDeletedEvent, MatchEvent } from '../../lib/contract/match-event.ts';
import { freePort } from '../free-port.ts';

export const secret = `whsec_${Buffer.alloc(32, 'secret').toString('base64')}`;

/** A webhook that arrived with a valid signature. */
export interface Received {
  readonly id: string;
  readonly event: MatchEvent;
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
}

/** A receiver's answer; `undefined` if it does not answer at all. */
export type Answer = { readonly status: number; readonly headers?: Record<string, string> } | undefined;

/** A receiver of webhooks that checks each by the reference implementation of Standard Webhooks. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** Webhooks that it was sent, in order, whatever it answered. */
  readonly received: Received[];
  /** Errors of the requests whose signature it did not accept. */
  readonly mistrusted: unknown[];
  /** Gives the answer to each request from now on. */
  answer: (received: Received) => Answer | Promise<Answer>;
  /** Resolves once this is true. It is checked after each request and each answer. */
  until(isTrue: () => boolean): Promise<void>;
  /** Ids of the events that it answered with 200, in the order of its answers. */
  readonly taken: string[];
  stop(): Promise<void>;
}

/** Starts a receiver on 127.0.0.1, by default on a free port, on which it can be started again. */
export async function startReceiver({
  port,
  path = '/hook',
  secrets = [secret],
}: {
  port?: number;
  path?: string;
  secrets?: string[];
} = {}): Promise<Receiver> {
  const changes = new EventEmitter();
  const server = createServer((request, response) => void serve(request, response));
  server.listen(port ?? (await freePort()), '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    received: [],
    mistrusted: [],
    taken: [],
    answer: () => ({ status: 200 }),
    async until(isTrue) {
      while (!isTrue()) await once(changes, 'change');
    },
    async stop() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
    [Symbol.asyncDispose]: () => receiver.stop(),
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    const received = read(request, body);
    const answer = received && received !== 'deletion' && (await receiver.answer(received));
    if (received === 'deletion') response.writeHead(200).end();
    else if (!received) response.writeHead(401).end();
    else if (answer) {
      if (answer.status === 200) receiver.taken.push(received.id);
      response.writeHead(answer.status, answer.headers).end();
    }
    changes.emit('change');
  }

  function read({ headers, url = '' }: IncomingMessage, body: string): Received | 'deletion' | undefined {
    try {
      for (const each of secrets) verifierOf(each).verify(body, headers as Record<string, string>);
      // Tests of matches delete people too.
      if (EntryDeletedEvent.safeParse(JSON.parse(body)).success) return 'deletion';
      const event = MatchEvent.parse(JSON.parse(body));
      // Parsing drops fields that the schema does not know, so the texts must be equal.
      deepStrictEqual(JSON.parse(body), event);
      const received = { id: String(headers['webhook-id']), event, headers, path: url };
      receiver.received.push(received);
      changes.emit('change');
      return received;
    } catch (error) {
      receiver.mistrusted.push(error);
      changes.emit('change');
      return undefined;
    }
  }
  return receiver;
}

function verifierOf(each: string): Webhook {
  return each.startsWith('whsec_') ? new Webhook(each) : new Webhook(each, { format: 'raw' });
}
