import { createHash } from 'node:crypto';
import type { S3Event, SQSEvent, SQSRecord } from 'aws-lambda';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { handler } from '../../functions/index-upload.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { loadConfig } from '../../lib/load-config.ts';
import { type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import { type Cloud, emulatedQueues, startCloud } from '../../local/emulators/cloud.ts';
import { createInboxQueue, type InboxQueue } from '../../local/server/inbox-queue.ts';
import { cropFace, leftToRight, sample } from '../api/pictures.ts';
import { clear } from '../blacklist/stores.ts';
import { runCommandProcess } from '../local/commands/run-command.ts';
import { tableForCloud } from '../service.ts';
import type { OpenedInbox } from '../suites/inbox.ts';
import { indexingSuite } from '../suites/indexing.ts';
import { openedBucket } from './bucket.ts';
import { uploadEvent } from './upload-event.ts';

let cloud: Cloud;
let opened: OpenedPorts;
let place: OpenedInbox;

beforeAll(async () => {
  cloud = await startCloud(await tableForCloud());
  const settings = { ...cloud.environment, REKOGNITION_TPS: '1000' };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  const { aws } = loadConfig();
  if (!aws) throw new Error('The emulators’ settings are not those of the AWS mode.');
  place = openedBucket(aws);
  opened = await ports();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await opened.close();
  await place.remove();
  await cloud[Symbol.asyncDispose]();
});

indexingSuite('aws_rekognition', async () => ({ opened, place, close: async () => {} }), 'of the stores');

describe('uploads to S3', () => {
  let queue: InboxQueue;
  let picture: Buffer;
  /** Events of uploads and of other objects. */
  const events: S3Event[] = [];
  let isSending = true;
  const letters: string[] = [];

  beforeAll(async () => {
    const group = await sample(3);
    const [face] = leftToRight(
      (await opened.faces.detect(await decodePicture(group), {})).map(({ area }) => area),
    );
    if (!face) throw new Error('The sample picture does not show the face that it should.');
    picture = await cropFace(group, face);
    queue = createInboxQueue(handler, 10);
    cloud.sqs.add(emulatedQueues.inbox, { take: (body) => queue.send(JSON.parse(body)) });
    cloud.sqs.add(emulatedQueues.inboxDeadLetters, { letters });
    cloud.s3.onEvent((event) => {
      events.push(event);
      if (isSending) queue.send(event);
    });
  });
  afterEach(async () => {
    cloud.rekognition.faults.set([]);
    cloud.gates.s3.faults.replace([]);
    letters.length = 0;
    isSending = true;
    await clear(opened);
    for (const key of await place.keys()) await place.discard(key);
    await queue.idle();
    events.length = 0;
  });
  afterAll(() => queue.close());

  const people = async () =>
    Object.fromEntries(
      (await opened.records.listEntries('ACTIVE')).map(({ name, imageCount }) => [name, imageCount]),
    );

  it('are indexed by the events that S3 sends, whatever they are called', async () => {
    const names = ['Jane Roe', 'Zoë Müller', 'a+b', '100% #1? & c=d', '%41%2F'];
    await Promise.all(names.map((name) => place.put(`inbox/${name}/my +%20 picture.jpg`, picture)));
    await place.put('inbox/987654/a b.jpg', picture);
    await queue.idle();
    expect(await people()).toEqual(Object.fromEntries(names.map((name) => [name, 1])));
    expect(await place.keys()).toEqual(['rejected/987654/a b.jpg']);
    expect(await place.reasonOf('rejected/987654/a b.jpg')).toBe('There is no blacklist entry of that id.');
  });

  it('change nothing when all their events come again, the last first', async () => {
    for (const name of ['1', '2', '3']) await place.put(`inbox/Jane Roe/${name}.jpg`, picture);
    await queue.idle();
    expect(await people()).toEqual({ 'Jane Roe': 1 });
    for (const event of events.toReversed()) queue.send(event);
    await queue.idle();
    expect(await people()).toEqual({ 'Jane Roe': 1 });
    expect(letters).toEqual([]);
  });

  it('are all indexed when twelve come at once and Rekognition throttles every third call', async () => {
    cloud.rekognition.faults.set([{ kind: 'throttle', every: 3 }]);
    const keys = Array.from({ length: 12 }, (_, number) => `inbox/Person ${number % 5}/${number}.jpg`);
    await Promise.all(
      keys.map(async (key, number) =>
        place.put(
          key,
          await sharp(picture)
            .jpeg({ quality: 75 + number })
            .toBuffer(),
        ),
      ),
    );
    await queue.idle();
    expect(Object.values(await people()).sort()).toEqual([2, 2, 2, 3, 3]);
    expect(await place.keys()).toEqual([]);
    expect(letters).toEqual([]);
  });

  it('are indexed when they come again after Rekognition refused everything for a while', async () => {
    // A call is tried seven times. So all of those fail, and the first one after the event's second delivery.
    cloud.rekognition.faults.set([{ kind: 'throttle', every: 1, operation: 'IndexFaces', times: 8 }]);
    await place.put('inbox/Jane Roe/1.jpg', picture);
    await queue.idle();
    expect(cloud.rekognition.faults.list()[0]?.strikes).toBe(8);
    expect(await people()).toEqual({ 'Jane Roe': 1 });
    expect(await place.keys()).toEqual([]);
  });

  it('are not begun when the function has little time left, and are indexed when they come again', async () => {
    isSending = false;
    await place.put('inbox/Jane Roe/1.jpg', picture);
    const [event] = events;
    const answer = await handler(messages([event]), { getRemainingTimeInMillis: () => 29_000 });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '0' }] });
    expect(await place.keys()).toEqual(['inbox/Jane Roe/1.jpg']);
    queue.send(event as S3Event);
    await queue.idle();
    expect(await people()).toEqual({ 'Jane Roe': 1 });
  });

  it('are put aside at the fifth failure, by ids that name nobody, and indexed after npm run redrive', async () => {
    cloud.gates.s3.faults.replace([
      { kind: 'error', every: 1, operation: 'GetObject', error: 'AccessDenied', times: 5 },
    ]);
    await place.put('inbox/Jane Roe/1.jpg', picture);
    await queue.idle();
    expect(cloud.gates.s3.faults.list()[0]?.strikes).toBe(5);
    const id = createHash('sha256').update('inbox/Jane Roe/1.jpg').digest('hex').slice(0, 16);
    expect(letters).toEqual([JSON.stringify({ upload: id })]);
    expect(await people()).toEqual({});
    // Earlier versions put aside the whole event.
    isSending = false;
    await place.put('inbox/John Doe/1.jpg', picture);
    letters.push(JSON.stringify(events.at(-1)));
    cloud.sqs.add(emulatedQueues.matchDeadLetters, { letters: [] });
    const redrive = (...words: string[]) => runCommandProcess('redrive', words, cloud.environment);
    expect(await redrive()).toMatchObject({
      code: 0,
      output: 'inbox: 2, brought back by npm run redrive -- inbox\nmatches: 0\n',
    });
    expect(await redrive('inbox')).toEqual({ code: 0, output: 'inbox: 2 given back\n', errors: '' });
    await queue.idle();
    expect(await people()).toEqual({ 'Jane Roe': 1, 'John Doe': 1 });
    expect(await place.keys()).toEqual([]);
    expect(await redrive('inbox')).toMatchObject({ code: 0, output: 'inbox: nothing to bring back\n' });
    expect(await redrive('mails')).toMatchObject({ code: 1, errors: expect.stringContaining('usage: ') });
  });

  it('stay in the queue when they can neither be indexed nor put aside, or when nobody can read the event', async () => {
    isSending = false;
    await place.put('inbox/Jane Roe/1.jpg', picture);
    const failing = { kind: 'error', every: 1, error: 'AccessDenied' } as const;
    const again = { batchItemFailures: [{ itemIdentifier: '0' }] };
    cloud.gates.s3.faults.replace([{ ...failing, operation: 'GetObject', times: 2 }]);
    cloud.gates.sqs.faults.replace([{ ...failing, operation: 'SendMessage', times: 1 }]);
    expect(await handler(messages([events[0]], 5))).toEqual(again);
    expect(await handler(messages([events[0]], 6))).toEqual({ batchItemFailures: [] });
    expect(letters).toHaveLength(1);
    expect(await handler(messages([{ Records: [{ key: 'inbox/Jane Roe/1.jpg' }] }], 6))).toEqual(again);
    expect(letters).toHaveLength(1);
  });

  it('are asked for again while a letter came back and the inbox can’t be listed, and done when they are gone', async () => {
    isSending = false;
    const letter = { upload: '0123456789abcdef' };
    cloud.gates.s3.faults.replace([
      { kind: 'error', every: 1, operation: 'ListObjectsV2', error: 'AccessDenied', times: 1 },
    ]);
    expect(await handler(messages([letter], 9))).toEqual({ batchItemFailures: [{ itemIdentifier: '0' }] });
    expect(await handler(messages([letter], 9))).toEqual({ batchItemFailures: [] });
    expect(letters).toEqual([]);
  });

  it('are asked for again one by one', async () => {
    isSending = false;
    await place.put('inbox/Jane Roe/1.jpg', picture);
    const [good] = events;
    const [record] = good?.Records ?? [];
    if (!record) throw new Error('S3 has sent no event.');
    const { bucket } = record.s3;
    const unreadable = [
      'text',
      'null',
      { Records: [{}] },
      { Records: [{ ...record, s3: { bucket, object: { key: 'inbox/%' } } }] },
    ];
    const ignored = [
      { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: bucket.name },
      uploadEvent('another-bucket', 'inbox/Jane Roe/1.jpg'),
      uploadEvent(bucket.name, 'uploads/1.jpg'),
      { Records: [{ ...record, eventName: 'ObjectRemoved:Delete' }] },
    ];
    const { batchItemFailures } = await handler(messages([...unreadable, ...ignored]));
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['0', '1', '2', '3']);
    expect(await people()).toEqual({});
    expect(await handler(messages(['text', good]))).toEqual({ batchItemFailures: [{ itemIdentifier: '0' }] });
    expect(await people()).toEqual({ 'Jane Roe': 1 });
  });
});

/**
 * Makes the event by which SQS delivers these bodies; text is taken as it is. The messages have the ids 0, 1,
 * …
 */
function messages(bodies: readonly unknown[], receives = 1): SQSEvent {
  const records = bodies.map((body, index) => ({
    messageId: String(index),
    attributes: { ApproximateReceiveCount: String(receives) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }));
  return { Records: records as SQSRecord[] };
}
