import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { Agent } from 'undici';
import { afterAll, describe, expect, test } from 'vitest';
import type { MatchEvent } from '../../lib/contract/match-event.ts';
import { openWebhook } from '../../lib/events/webhook.ts';
import { startHttpServer } from '../http-server.ts';
import { secret, startReceiver } from './receiver.ts';

const agent = new Agent();
afterAll(() => agent.destroy());

const event: MatchEvent = {
  type: 'face.matched',
  timestamp: '2026-11-22T16:05:29.177Z',
  data: {
    picture_id: '3da2db12-a1b8-41d3-ab0c-957c266de12f',
    db_id: 41,
    source: 'Tür 1',
    reference: null,
    camera: null,
    track: null,
    entries: [
      {
        ...{ id: 7, name: 'Zoë “Z” Müller 😀', severity: 'danger', category: 'Diebstahl' },
        ...{ expires_at: null, similarity: 99 },
      },
    ],
    faces: [],
    truncated: false,
  },
};

async function send(url: string, secrets = [secret], signal = new AbortController().signal) {
  const [attempt] = await openWebhook({ url, secrets, dispatcher: agent }).send([event], signal);
  if (!attempt) throw new Error('It tells nothing of the event.');
  return attempt;
}

test('a receiver that checks signatures by the standard believes it, whatever is in a name', async () => {
  await using receiver = await startReceiver();
  expect(await send(receiver.url)).toEqual({ outcome: 'delivered' });
  expect(receiver.received).toMatchObject([
    { id: event.data.picture_id, event, headers: { 'content-type': 'application/json' }, path: '/hook' },
  ]);
});

test.each([
  ['of base64', `whsec_${Buffer.alloc(24, 7).toString('base64')}`],
  ['of plain text', 'correct horse battery staple'],
])('a secret may be %s', async (_what, each) => {
  await using receiver = await startReceiver({ secrets: [each] });
  expect(await send(receiver.url, [each])).toEqual({ outcome: 'delivered' });
});

test('with two secrets, those who know either believe it, and nobody else does', async () => {
  const older = `whsec_${Buffer.alloc(32, 'older').toString('base64')}`;
  await using both = await startReceiver({ secrets: [secret, older] });
  await using other = await startReceiver({
    secrets: [`whsec_${Buffer.alloc(32, 'other').toString('base64')}`],
  });
  expect(await send(both.url, [secret, older])).toEqual({ outcome: 'delivered' });
  expect(await send(other.url, [secret, older])).toMatchObject({ outcome: 'refused' });
  expect(other.mistrusted).toHaveLength(1);
});

test("the URL's own user and password are sent as such", async () => {
  await using receiver = await startReceiver({ path: '/a%20path?token=1' });
  const url = receiver.url.replace('//', '//door:p%40ss@');
  expect(await send(url)).toEqual({ outcome: 'delivered' });
  expect(receiver.received[0]).toMatchObject({
    path: '/a%20path?token=1',
    headers: { authorization: `Basic ${Buffer.from('door:p@ss').toString('base64')}` },
  });
});

describe('the receiver’s answer', () => {
  test.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [400, 'refused'],
    [401, 'refused'],
    [404, 'refused'],
    [409, 'refused'],
    [410, 'gone'],
    [429, 'unreachable'],
    [500, 'refused'],
    [502, 'unreachable'],
    [503, 'unreachable'],
    [504, 'unreachable'],
  ])('%i means %s', async (status, outcome) => {
    await using receiver = await startReceiver();
    receiver.answer = () => ({ status });
    const sent = await send(receiver.url);
    expect(sent.outcome).toBe(outcome);
    if (sent.outcome !== 'delivered')
      expect(sent).toMatchObject({ error: `It answered ${status}.`, retryAfterMs: 0 });
  });

  test('may not send it elsewhere', async () => {
    await using target = await startReceiver();
    await using receiver = await startReceiver();
    for (const status of [301, 302, 303, 307, 308]) {
      receiver.answer = () => ({ status, headers: { location: target.url } });
      expect(await send(receiver.url)).toMatchObject({
        outcome: 'refused',
        error: `It answered ${status}, and redirects are not followed.`,
      });
    }
    expect(target.received).toEqual([]);
  });

  test.each([
    ['120', 120_000, 120_000],
    ['0', 0, 0],
    ['999999999', 3_600_000, 3_600_000],
    [new Date(Date.now() + 100_000).toUTCString(), 0, 101_000],
    [new Date(Date.now() - 100_000).toUTCString(), 0, 0],
    ['soon', 0, 0],
    ['-5', 0, 0],
  ])('Retry-After: %s is kept within an hour', async (header, least, most) => {
    await using receiver = await startReceiver();
    receiver.answer = () => ({ status: 503, headers: { 'retry-after': header } });
    const sent = await send(receiver.url);
    if (sent.outcome === 'delivered') throw new Error('It was delivered.');
    expect(sent.retryAfterMs).toBeGreaterThanOrEqual(least);
    expect(sent.retryAfterMs).toBeLessThanOrEqual(most);
  });

  test('is not read to its end when it has none', async () => {
    let sentBytes = 0;
    await using endless = await startHttpServer((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384))) sentBytes += 16_384;
      };
      response.on('drain', more).on('error', () => {});
      more();
    });
    expect(await send(endless.url)).toEqual({ outcome: 'delivered' });
    // The sockets between the two take some bytes that are never read, so this is no exact number.
    expect(sentBytes).toBeLessThan(16 * 1024 * 1024);
  });

  test('that never comes ends the attempt after 15 seconds; one whose body never ends counts as what it says', async () => {
    await using silent = await startHttpServer(() => {});
    await using slow = await startHttpServer((_request, response) => {
      response.writeHead(200).write('.');
    });
    expect(await Promise.all([send(silent.url), send(slow.url)])).toEqual([
      { outcome: 'unreachable', error: 'No answer within 15 seconds.', retryAfterMs: 0 },
      { outcome: 'delivered' },
    ]);
  });

  test('that is cut off, or no HTTP, is told by its code alone', async () => {
    await using cutting = await startHttpServer((request) => request.socket.destroy());
    expect(await send(cutting.url)).toMatchObject({
      outcome: 'unreachable',
      error: 'It could not be reached: UND_ERR_SOCKET.',
    });

    const noHttp = createServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('SSH-2.0-OpenSSH_9.2\r\n'),
    ).listen(0, '127.0.0.1');
    await once(noHttp, 'listening');
    const { port } = noHttp.address() as AddressInfo;
    expect(await send(`http://127.0.0.1:${port}/secret-path`)).toMatchObject({
      outcome: 'unreachable',
      error: expect.stringMatching(/^It could not be reached: \w+\.$/),
    });
    noHttp.close();
    await once(noHttp, 'close');
    expect(await send(`http://127.0.0.1:${port}/secret-path`)).toMatchObject({
      outcome: 'unreachable',
      error: 'It could not be reached: ECONNREFUSED.',
    });
  });
});
