import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AuditFacts, AuditLine, AuditQuery } from '../../../lib/audit/port.ts';
import type { Role } from '../../../lib/service/actor.ts';
import { type KnownToken, plainTokens } from '../../../lib/service/tokens.ts';
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

const list = vi.fn(listLines);

async function listLines({ limit, since }: AuditQuery) {
  const found = lines.filter(({ time }) => !since || new Date(time) >= since).toReversed();
  return { items: found.slice(0, limit), next: found.length > limit ? 'more' : null };
}

const sources = {
  trail: { list },
  records: { getProcessedAmong: async () => new Map() },
};

const named = (token: string, role: Role): KnownToken[] =>
  plainTokens([token]).map(({ digest }) => ({ actor: { name: `the-${role}`, role }, digest }));
/** As the file of tokens, which may change. */
const namedTokens: { current: KnownToken[] } = { current: [] };

let streams: EventStreams;
let server: RunningServer;
beforeEach(async () => {
  lines.length = 0;
  list.mockImplementation(listLines);
  add({ action: 'getEntry', entryId: 1 });
  streams = new EventStreams(sources, { everyMs: 5, keepAliveMs: 20, maxStreamsOfCaller: 2 });
  namedTokens.current = [...named(tokens.desk, 'desk'), ...named(tokens.check, 'check')];
  server = await startServer([], { routes: [streams], namedTokens });
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

  test('tells all of what happens, whatever place the first who follows has made up', async () => {
    for (const made of [`${Date.now()}_main_999999999999999`, `${Date.now() + 3_600_000}_x_1`]) {
      const liar = await follow([`Last-Event-ID: ${made}`]);
      await liar.until('event: reload');
      const honest = await follow();
      await honest.until(': still here');
      add({ action: 'patchEntry', entryId: 7 });
      for (const connection of [honest, liar]) await connection.until('event: entry');
      for (const connection of [honest, liar]) {
        connection.socket.destroy();
        await connection.closed();
      }
    }
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

  test.each([
    ['is withdrawn', []],
    ['has a lesser role', named(tokens.desk, 'check')],
  ])('ends for a token that %s, and goes on for others', async (_, left) => {
    const other = named('a-token-of-another', 'editor');
    namedTokens.current.push(...other);
    const first = await follow();
    const second = await follow([], 'GET', 'a-token-of-another');
    for (const connection of [first, second]) await connection.until(': still here');
    namedTokens.current = [...left, ...other];
    // The next event comes before the next look at the tokens could have been.
    add({ action: 'reviewProcessed', entryId: 7, pictureId: 42 });
    await second.until('event: review');
    // The answer is whole: its last part has no bytes.
    await first.until('\r\n0\r\n\r\n');
    expect(first.received).not.toContain('event: review');
    add({ action: 'createEntry', entryId: 8 });
    await second.until('event: entry');
  });

  test('ends for a withdrawn token though the records can not be read', async () => {
    const connection = await follow();
    await connection.until(': still here');
    list.mockRejectedValue(new Error('The records are locked.'));
    namedTokens.current = [];
    await connection.until('\r\n0\r\n\r\n');
  });

  test('ends when the service stops', async () => {
    const connection = await follow();
    await connection.until('retry');
    streams.close();
    await server.stop();
    expect(await connection.closed()).toContain('text/event-stream');
  });
});
