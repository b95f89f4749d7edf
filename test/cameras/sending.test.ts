import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type QueuedShot, ShotQueue } from '../../lib/cameras/shot-queue.ts';
import { type ShotAnswer, ShotSender } from '../../lib/cameras/shot-sender.ts';
import { remoteService } from '../../local/remote-watch.ts';
import { httpCamera } from './http-camera.ts';

const token = 'a-token-of-the-service';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shots-'));
});
afterEach(() => rm(folder, { recursive: true }));

const queueOf = (limits = { count: 100, ageMs: 60_000 }, secret = token) =>
  new ShotQueue(join(folder, 'outgoing'), secret, limits);
const shotAt = (at: number): QueuedShot => ({
  id: `id-${at}`,
  camera: 'door',
  track: `track-${at}`,
  at,
  picture: 'cGljdHVyZQ==',
});

/** Collects answers, and waits for a number of them. */
function answers() {
  const list: ShotAnswer[] = [];
  let wake: () => void = () => undefined;
  return {
    list,
    take: (answer: ShotAnswer) => {
      list.push(answer);
      wake();
    },
    async count(number: number) {
      while (list.length < number) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

const found = (entries: object[]) =>
  JSON.stringify([{ db_id: 7, faces: [{ blacklist_matches: entries.map((entry) => ({ entry })) }] }]);

test('shots wait encrypted, for this user alone, and outlive the process; another token reads none', async () => {
  const now = Date.now();
  await queueOf().put(shotAt(now - 2));
  await queueOf().put(shotAt(now - 1));
  const files = await readdir(join(folder, 'outgoing'));
  expect(files).toHaveLength(2);
  for (const file of files) {
    const path = join(folder, 'outgoing', file);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readFile(path)).toString('latin1')).not.toMatch(/door|track|picture|cGlj/);
  }
  expect((await stat(join(folder, 'outgoing'))).mode & 0o777).toBe(0o700);
  const queue = queueOf();
  expect(await queue.newest()).toEqual(shotAt(now - 1));
  await queue.remove(shotAt(now - 1));
  expect(await queue.newest()).toEqual(shotAt(now - 2));
  const foreign = queueOf(undefined, 'another token');
  expect([await foreign.newest(), foreign.dropped]).toEqual([undefined, 1]);
});

test('the oldest are dropped by number and by age, damaged ones and parts too, and it is counted', async () => {
  const now = Date.now();
  const queue = queueOf({ count: 3, ageMs: 60_000 });
  for (let age = 5; age >= 1; age--) await queue.put(shotAt(now - age));
  expect([queue.dropped, await queue.prune(now)]).toMatchObject([2, { length: 3 }]);
  await writeFile(join(folder, 'outgoing', `${String(now + 1).padStart(15, '0')}-x.shot`), 'damaged');
  await writeFile(join(folder, 'outgoing', '.tmp-part'), 'part');
  expect(await queue.newest()).toEqual(shotAt(now - 1));
  await queue.prune(now + 120_000);
  expect([await readdir(join(folder, 'outgoing')), await queue.newest()]).toEqual([[], undefined]);
  // The damaged one took the place of a whole one first.
  expect(queue.dropped).toBe(6);
});

test('a lost line costs nothing: the newest goes first, each once, with the token and its own key', async () => {
  const seen: { request: IncomingMessage; body: Record<string, unknown> }[] = [];
  let isAway = true;
  const collected = answers();
  await using service = await httpCamera(async (request, response) => {
    const body = JSON.parse(await text(request));
    if (isAway) {
      isAway = false;
      response.writeHead(503).end('{}');
      return;
    }
    seen.push({ request, body });
    response.end(found([{ id: 3, name: 'Jane Roe' }]));
  });
  const now = Date.now();
  await queueOf().put(shotAt(now - 20));
  await queueOf().put(shotAt(now - 10));
  const remote = remoteService(`${service.origin}/faces/`, ['$', '{WATCH_TOKEN}'].join(''), {
    WATCH_TOKEN: token,
  });
  const sender = new ShotSender(remote, queueOf(), { onAnswer: collected.take, firstPauseMs: 10 });
  sender.start();
  await collected.count(2);
  await sender.close();
  expect(seen.map(({ request }) => request.headers['idempotency-key'])).toEqual([
    `id-${now - 10}`,
    `id-${now - 20}`,
  ]);
  expect(seen[0]?.request).toMatchObject({ url: '/faces/api/v1/process/process-images', method: 'POST' });
  expect(seen[0]?.request.headers.authorization).toBe(`Bearer ${token}`);
  expect(seen[0]?.body).toEqual({
    images: ['cGljdHVyZQ=='],
    source: 'door',
    references: [`track-${now - 10}`],
    keep: 'matches',
  });
  expect(collected.list[0]).toMatchObject({ dbId: 7, entries: [{ id: 3, name: 'Jane Roe' }] });
  expect([sender.sent, await queueOf().newest()]).toEqual([2, undefined]);
});

test('a shot that is refused for good holds nobody up, and what is not sent in time waits for the next run', async () => {
  const collected = answers();
  let status = 422;
  await using service = await httpCamera((request, response) => {
    const current = status;
    status = 200;
    request.resume();
    request.on('end', () => response.writeHead(current).end(current === 200 ? found([]) : '{}'));
  });
  const now = Date.now();
  await queueOf().put(shotAt(now - 20));
  const sender = new ShotSender(remoteService(service.origin, token, {}), queueOf(), {
    onAnswer: collected.take,
    firstPauseMs: 10,
  });
  await sender.send(shotAt(now - 10));
  await collected.count(1);
  expect([sender.refused, collected.list[0]?.shot.at, collected.list[0]?.entries]).toEqual([1, now - 20, []]);
  await sender.close();

  status = 401;
  const late = new ShotSender(remoteService(service.origin, token, {}), queueOf(), {
    onAnswer: collected.take,
  });
  await late.send(shotAt(now - 5));
  await late.close(50);
  expect(await queueOf().newest()).toEqual(shotAt(now - 5));
});

test.each([
  ['no address', 'faces.example', 'token', /--api takes the http\(s\) address/],
  ['a password in the address', 'https://u:p@faces.example', 'token', /--api takes/],
  ['http to another machine', 'http://faces.example', 'token', /takes https for another machine/],
  ['no token', 'https://faces.example', undefined, /--api wants --token/],
  ['a variable that is not set', 'https://faces.example', ['$', '{NONE}'].join(''), /NONE.* is not set/],
])('the command refuses %s in words', (_, api, given, words) => {
  expect(() => remoteService(api, given, {})).toThrow(words);
});
