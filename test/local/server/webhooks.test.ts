import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseConfig } from '../../../lib/config.ts';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../../lib/records/sqlite/records.ts';
import { webhookStatus } from '../../../lib/wiring/webhook-status.ts';
import { type Delivery, deliverWebhooks, openDelivery } from '../../../local/server/webhooks.ts';
import { type OpenedOutbox, openOutbox, resultWith } from '../../events/outbox.ts';
import { type Received, type Receiver, secret, startReceiver } from '../../events/receiver.ts';
import { activeEntry } from '../../suites/records/fixtures.ts';

let opened: OpenedOutbox;
let receiver: Receiver;
const running: { stop: () => Promise<void> }[] = [];
let isSteady = true;

beforeEach(async () => {
  opened = await openOutbox();
  receiver = await startReceiver();
});
afterEach(async () => {
  isSteady = true;
  vi.useRealTimers();
  for (const { stop } of running.splice(0)) await stop();
  await receiver.stop();
  await opened[Symbol.asyncDispose]();
});

/** Delivers to these receivers as a server does, with a database handle of its own. */
async function deliver(urls: readonly string[] = [receiver.url]): Promise<{ stop: () => Promise<void> }> {
  const outbox = await opened.another();
  const delivery: Delivery = {
    outbox,
    receivers: urls.map((url) => ({ kind: 'webhook', url, secrets: [secret] })),
    isClockSteady: async () => isSteady,
  };
  const stop = new AbortController();
  const ended = deliverWebhooks(delivery, stop.signal);
  const started = {
    async stop() {
      stop.abort();
      await ended;
      outbox.close();
    },
  };
  running.push(started);
  // By then the receivers are set.
  await setImmediate();
  return started;
}

const entryOf = ({ event }: Received) => event.data.entries.map(({ id }) => id);
const ids = (count: number, prefix = 'picture') =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

describe('deliveries', () => {
  test('of one person arrive in order, whatever fails on the way, and each once it was taken no more', async () => {
    await deliver();
    const people = await opened.list(3);
    const seen = new Map<string, number>();
    receiver.answer = ({ id }) => {
      const attempts = (seen.get(id) ?? 0) + 1;
      seen.set(id, attempts);
      // Every third event is refused once, and one of them can't be received at first.
      if (attempts === 1 && Number(id.split('-')[1]) % 3 === 0)
        return { status: id === 'picture-6' ? 503 : 500 };
      return { status: 200 };
    };
    const peopleOf = new Map<string, number[]>();
    for (const [index, id] of ids(12).entries()) {
      const who = index % 4 === 3 ? people : [people[index % 3] as number];
      peopleOf.set(id, who);
      await opened.process(id, who);
    }
    await receiver.until(() => receiver.taken.length === 12);
    for (const person of people) {
      const inOrder = [...peopleOf].flatMap(([id, who]) => (who.includes(person) ? [id] : []));
      expect(receiver.taken.filter((id) => inOrder.includes(id))).toEqual(inOrder);
    }
    expect(receiver.received.length).toBe(12 + 4);
    expect(receiver.mistrusted).toEqual([]);
    await opened.until(({ pending }) => pending === 0);
  });

  test('of others go on while one is refused, four at once at most', async () => {
    const [ada = 0, ...others] = await opened.list(13);
    let underWay = 0;
    let most = 0;
    const open = Promise.withResolvers<void>();
    receiver.answer = async (received) => {
      if (entryOf(received).includes(ada)) return { status: 500 };
      most = Math.max(most, ++underWay);
      if (underWay === 4) open.resolve();
      await open.promise;
      underWay--;
      return { status: 200 };
    };
    await deliver();
    await opened.process('refused', [ada]);
    for (const [index, id] of ids(12).entries()) await opened.process(id, [others[index] as number]);
    await opened.process('after', [ada]);
    await receiver.until(() => receiver.taken.length === 12);
    expect(most).toBe(4);
    expect(receiver.received.some(({ id }) => id === 'after')).toBe(false);
    receiver.answer = () => ({ status: 200 });
    await receiver.until(() => receiver.taken.length === 14);
    expect(receiver.taken.slice(-2)).toEqual(['refused', 'after']);
  });

  test('to one receiver go on while another one is down, and that one gets all when it is up again', async () => {
    const down = await startReceiver();
    await down.stop();
    await deliver([down.url, receiver.url]);
    const people = await opened.list(2);
    for (const [index, id] of ids(6).entries()) await opened.process(id, [people[index % 2] as number]);
    await receiver.until(() => receiver.taken.length === 6);
    await opened.until(({ last_error }) => last_error === 'It could not be reached: ECONNREFUSED.');
    expect((await opened.outbox.status())[0]).toMatchObject({
      receiver: new URL(down.url).origin,
      pending: 6,
      oldest_pending: expect.any(String),
      given_up: 0,
    });
    await using up = await startReceiver({ port: Number(new URL(down.url).port) });
    await up.until(() => up.taken.length === 6);
    expect(up.taken.filter((id) => Number(id.at(-1)) % 2 === 0)).toEqual([
      'picture-0',
      'picture-2',
      'picture-4',
    ]);
    await opened.until(({ pending, last_error }) => pending === 0 && last_error === null);
  });

  test('leave a receiver alone for as long as it asks', async () => {
    const [ada = 0, bob = 0] = await opened.list(2);
    const times: number[] = [];
    receiver.answer = () => {
      times.push(performance.now());
      return times.length === 1 ? { status: 429, headers: { 'retry-after': '3' } } : { status: 200 };
    };
    await deliver();
    await opened.process('a', [ada]);
    await receiver.until(() => times.length === 1);
    await opened.process('b', [bob]);
    await receiver.until(() => receiver.taken.length === 2);
    const [first = 0, second = 0] = times;
    expect(second - first).toBeGreaterThan(2_900);
  });

  test('end at 410 Gone until the next start, and lose nothing by it', async () => {
    await using other = await startReceiver();
    const [ada = 0, bob = 0] = await opened.list(2);
    receiver.answer = () => ({ status: 410 });
    const first = await deliver([receiver.url, other.url]);
    await opened.process('a', [ada]);
    await opened.until(({ last_error }) => last_error === 'It answered 410.');
    await opened.process('b', [bob]);
    // The receiver that gets it second is checked second.
    await other.until(() => other.taken.includes('b'));
    await first.stop();
    expect(receiver.received.map(({ id }) => id)).toEqual(['a']);
    receiver.answer = () => ({ status: 200 });
    await deliver([receiver.url, other.url]);
    await receiver.until(() => receiver.taken.length === 2);
  });

  test('of who was deleted meanwhile are not sent', async () => {
    const [ada = 0, bob = 0] = await opened.list(2);
    await opened.outbox.setReceivers([receiver.url]);
    await opened.process('a', [ada]);
    await opened.process('b', [ada, bob]);
    await opened.records.markEntryDeleting(ada);
    await deliver();
    await opened.until(({ pending }) => pending === 0);
    expect(receiver.received.map((received) => [received.id, entryOf(received)])).toEqual([['b', [bob]]]);
  });

  test('are made by one process alone, and by the next when that one ends', async () => {
    const people = await opened.list(1);
    const first = await deliver();
    await deliver();
    for (const id of ids(10)) await opened.process(id, people);
    await receiver.until(() => receiver.taken.length === 10);
    await first.stop();
    for (const id of ids(10, 'later')) await opened.process(id, people);
    await receiver.until(() => receiver.taken.length === 20);
    expect(receiver.received.map(({ id }) => id)).toEqual([...ids(10), ...ids(10, 'later')]);
  });

  test('that are under way when it is told to stop may end, those that take too long are made again', async () => {
    const [ada = 0, bob = 0] = await opened.list(2);
    const asked = Promise.withResolvers<void>();
    receiver.answer = async ({ id }) => {
      if (receiver.received.length === 2) asked.resolve();
      await asked.promise;
      return id === 'a' ? { status: 200 } : undefined;
    };
    const first = await deliver();
    await opened.process('a', [ada]);
    await opened.process('b', [bob]);
    await asked.promise;
    await first.stop();
    // One that had been waited for until it was given up would have left an error.
    expect((await opened.outbox.status())[0]).toMatchObject({ pending: 1, last_error: null });
    receiver.answer = () => ({ status: 200 });
    await deliver();
    await receiver.until(() => receiver.taken.length === 2);
    expect(receiver.received.map(({ id }) => id).sort()).toEqual(['a', 'b', 'b']);
  });
});

test('events are not given up by their age while the clock has jumped', async () => {
  await opened.outbox.setReceivers([receiver.url]);
  await opened.process('a', await opened.list(1));
  receiver.answer = () => ({ status: 503 });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60 * 24 * 60 * 60_000 });
  isSteady = false;
  const first = await deliver();
  await receiver.until(() => receiver.received.length === 1);
  await first.stop();
  expect((await opened.outbox.status())[0]).toMatchObject({ pending: 1, given_up: 0 });
  isSteady = true;
  await deliver();
  await opened.until(({ pending, given_up }) => pending === 0 && given_up === 1);
});

describe('what is to be delivered', () => {
  const environment = { WEBHOOK_URL: 'https://hooks.example/a', WEBHOOK_SECRET: secret };
  const inAws = {
    FACE_PROCESSING_BACKEND: 'aws_rekognition',
    AWS_REGION: 'eu-west-1',
    AWS_S3_BUCKET_NAME: 'pictures',
  };

  test.each([
    ['face-blacklist.sqlite', {}],
    ['aws-rekognition.sqlite', inAws],
  ])('is with the records in %s', async (file, mode) => {
    const dataDir = dirname(opened.path);
    const config = parseConfig({ ...environment, ...mode, DATA_DIR: dataDir });
    const delivery = await openDelivery(config);
    expect(delivery).toMatchObject({ receivers: [{ url: environment.WEBHOOK_URL, secrets: [secret] }] });
    await delivery?.outbox.setReceivers([environment.WEBHOOK_URL]);
    const records = openSqliteRecords(await openDatabase(join(dataDir, file)));
    const { id } = (await activeEntry(records, 'Ada')).entry;
    await records.addProcessed('a', resultWith([id]));
    expect(await webhookStatus(config)).toMatchObject([{ receiver: 'https://hooks.example', pending: 1 }]);
    await records.close();
    delivery?.outbox.close();
  });

  test('is nothing with the records in DynamoDB', async () => {
    const config = parseConfig({ ...environment, ...inAws, DYNAMODB_TABLE_NAME: 'records' });
    expect(await openDelivery(config)).toBeUndefined();
    expect(await webhookStatus(config)).toBeNull();
  });
});
