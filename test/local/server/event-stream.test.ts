import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuditFacts, AuditLine, AuditQuery } from '../../../lib/audit/port.ts';
import { plainTokens } from '../../../lib/service/tokens.ts';
import { EventStreams } from '../../../local/server/event-stream.ts';
import { type RunningServer, startServer } from './running-server.ts';

const lines: AuditLine[] = [];
const tokens = { desk: 'a-token-of-the-desk', check: 'a-token-of-a-camera' };

/** Adds a line, as a change does. */
function add(facts: Partial<AuditFacts>): void {
  const sequence = lines.length + 1;
  const none = { entryId: null, imageId: null, pictureId: null, requestId: null, threshold: null };
  const place = { chain: 'main', sequence, hash: '', time: new Date().toISOString() };
  lines.push({
    ...none,
    actor: 'guard',
    role: 'desk',
    action: '',
    outcome: 200,
    detail: null,
    ...facts,
    ...place,
  });
}

const sources = {
  trail: {
    list: async ({ limit, since }: AuditQuery) => {
      const found = lines.filter(({ time }) => !since || new Date(time) >= since).toReversed();
      return { items: found.slice(0, limit), next: found.length > limit ? 'more' : null };
    },
  },
  records: { getProcessedAmong: async () => new Map() },
};

let streams: EventStreams;
let server: RunningServer;
beforeEach(async () => {
  lines.length = 0;
  add({ action: 'getEntry', entryId: 1 });
  streams = new EventStreams(sources, { everyMs: 5, keepAliveMs: 20, maxStreamsOfCaller: 2 });
  const named = (role: 'desk' | 'check') =>
    plainTokens([tokens[role]]).map(({ digest }) => ({ actor: { name: `the-${role}`, role }, digest }));
  server = await startServer([], {
    routes: [streams],
    namedTokens: { current: [...named('desk'), ...named('check')] } as never,
  });
});
afterEach(async () => {
  streams.close();
  await server.stop();
});

async function follow(headers: readonly string[] = [], method = 'GET', token = tokens.desk) {
  const connection = await server.connect();
  const head = [
    `${method} /api/v1/events/stream HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${token}`,
  ];
  connection.write([...head, ...headers, '', ''].join('\r\n'));
  return connection;
}

const idOf = (received: string, type: string) =>
  new RegExp(`event: ${type}\\r?\\nid: (\\S+)`).exec(received)?.[1] ?? '';

describe('the stream of events', () => {
  test('sends what happens to all who follow, and no looks', async () => {
    const [one, other] = [await follow(), await follow()];
    for (const connection of [one, other]) await connection.until(': still here');
    add({ action: 'getEntry', entryId: 7 });
    add({ action: 'patchEntry', entryId: 7, outcome: 412 });
    add({ action: 'reviewProcessed', entryId: 7, pictureId: 42 });
    for (const connection of [one, other]) {
      await connection.until('event: review');
      expect(connection.received).toContain('"entry_id":7,"picture_id":42');
      expect(connection.received).not.toContain('event: entry');
      expect(connection.received).toContain('Content-Type: text/event-stream');
    }
  });

  test('goes on where a client has stopped, or tells it to read all again', async () => {
    const first = await follow();
    const witness = await follow();
    await witness.until(': still here');
    add({ action: 'createEntry', entryId: 7 });
    await first.until('event: entry');
    first.socket.destroy();
    add({ action: 'reviewProcessed', entryId: 7, pictureId: 1 });
    await witness.until('event: review');
    const again = await follow([`Last-Event-ID: ${idOf(first.received, 'entry')}`]);
    await again.until('event: review');
    expect(again.received).not.toContain('event: entry');
    again.socket.destroy();

    const late = await follow(['Last-Event-ID: 1_main_1']);
    await late.until('event: reload');
  });

  test('goes on where a client has stopped though nobody else has followed meanwhile', async () => {
    const first = await follow();
    await first.until(': still here');
    add({ action: 'createEntry', entryId: 7 });
    await first.until('event: entry');
    first.socket.destroy();
    await first.closed();
    add({ action: 'reviewProcessed', entryId: 7, pictureId: 1 });
    const again = await follow([`Last-Event-ID: ${idOf(first.received, 'entry')}`]);
    await again.until('event: review');
    add({ action: 'deleteEntry', entryId: 7 });
    await again.until('event: entry');
    expect(again.received).not.toContain('event: reload');
    const wrong = await follow(['Last-Event-ID: no event']);
    await wrong.until('event: reload');
  });

  test('is for those who may see the history, and not for any number of them', async () => {
    const refused = await follow(['Connection: close'], 'GET', tokens.check);
    expect(await refused.closed()).toMatch(/^HTTP\/1.1 403 /);
    const head = await follow(['Connection: close'], 'HEAD');
    expect(await head.closed()).toMatch(/^HTTP\/1.1 200 /);
    for (const connection of [await follow(), await follow()]) await connection.until('retry');
    const third = await follow(['Connection: close']);
    expect(await third.closed()).toMatch(/^HTTP\/1.1 429 /);
  });

  test('ends when the service stops', async () => {
    const connection = await follow();
    await connection.until('retry');
    streams.close();
    await server.stop();
    expect(await connection.closed()).toContain('text/event-stream');
  });
});
