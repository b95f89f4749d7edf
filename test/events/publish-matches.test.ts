import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { handler } from '../../functions/publish-matches.ts';
import { MatchEvent } from '../../lib/contract/match-event.ts';
import { openDynamoRecords } from '../../lib/records/dynamodb/records.ts';
import type { RecordStore } from '../../lib/records/port.ts';
import {
  type BusEvent,
  type EventBridgeEmulator,
  startEventBridge,
} from '../../local/emulators/event-bridge.ts';
import { followTable } from '../../local/emulators/table-stream.ts';
import { newTable, region } from '../records/dynamodb/tables.ts';
import { followedTable } from '../service.ts';
import { activeEntry } from '../suites/records/fixtures.ts';
import { resultWith } from './outbox.ts';

const changes = new EventEmitter();
/** Records that the function was sent, and its answers. */
const brought: DynamoDBRecord[] = [];
const answers: DynamoDBBatchResponse[] = [];
const events: BusEvent[] = [];
let bus: EventBridgeEmulator;
let records: RecordStore;
let another: RecordStore;
let entryId: number;
let stopFollowing: () => Promise<void>;
/** Handler that gets the stream's records. */
let bring: typeof handler = handler;

beforeAll(async () => {
  bus = await startEventBridge();
  bus.onEvent((event) => {
    events.push(event);
    changes.emit('change');
  });
  const table = await newTable(await followedTable());
  const settings = {
    FACE_PROCESSING_BACKEND: 'aws_rekognition',
    AWS_REGION: region,
    AWS_S3_BUCKET_NAME: 'pictures',
    DYNAMODB_TABLE_NAME: table.tableName,
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  records = openDynamoRecords(table);
  another = openDynamoRecords(table);
  entryId = (await activeEntry(records, 'Ada')).entry.id;
  stopFollowing = followTable(table, async (event) => {
    brought.push(...event.Records);
    const answer = await bring(event);
    answers.push(answer);
    changes.emit('change');
    return answer;
  });
});
afterEach(() => {
  bring = handler;
  bus.fault = () => undefined;
  events.length = 0;
  brought.length = 0;
  answers.length = 0;
});
afterAll(async () => {
  await stopFollowing();
  await records.close();
  await another.close();
  await bus[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
});

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await once(changes, 'change');
}

const pictureOf = ({ detail }: BusEvent) => (detail as MatchEvent).data.picture_id;
const published = () => events.map(pictureOf);

/** Keeps the answers about this many pictures that show Ada, and returns their ids. */
async function process(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  for (const id of ids) await records.addProcessed(id, resultWith([entryId]));
  return ids;
}

describe('the table’s stream', () => {
  test('brings an event for each picture in which somebody was found, and for nothing else', async () => {
    await records.addProcessed(randomUUID(), { ...resultWith([]), has_blacklist_match: false });
    const pictureId = randomUUID();
    const { id, timestamp } = await records.addProcessed(pictureId, resultWith([entryId]));
    await records.createEntry({ name: 'Bob', reason: null });
    const [next] = await process(1);
    await until(() => events.length === 2);
    expect(published()).toEqual([pictureId, next]);
    expect(events[0]).toEqual({
      id: expect.any(String),
      source: 'face-blacklist',
      'detail-type': 'face.matched',
      time: timestamp,
      detail: MatchEvent.parse(events[0]?.detail),
    });
    expect(events[0]?.detail).toMatchObject({
      timestamp,
      data: {
        picture_id: pictureId,
        db_id: id,
        entries: [{ id: entryId, name: `Person ${entryId}` }],
        truncated: false,
      },
    });
    expect(brought.map(({ eventName }) => eventName)).toEqual(['INSERT', 'INSERT']);
  });

  test('brings pictures that two stores keep at the same moment, each once', async () => {
    const ids = Array.from({ length: 20 }, () => randomUUID());
    await Promise.all(
      ids.map((id, index) => (index % 2 === 0 ? records : another).addProcessed(id, resultWith([entryId]))),
    );
    await until(() => events.length >= 20);
    expect(published().sort()).toEqual(ids.sort());
  });

  test('brings an answer that lies in parts, the best of its matches', async () => {
    // These numbers do not compress well, and have more bytes than one item may have.
    const matches = Array.from({ length: 12_000 }, () => Math.random());
    const result = resultWith(matches.map(() => entryId));
    const faces = result.faces.map((face) => ({
      ...face,
      blacklist_matches: face.blacklist_matches.map((match) => ({
        ...match,
        distance: Math.random(),
        image_id: randomUUID(),
        identity: randomUUID(),
      })),
    }));
    await records.addProcessed(randomUUID(), { ...result, faces });
    await until(() => events.length === 1);
    expect(brought[0]?.dynamodb?.NewImage?.parts?.L?.length).toBeGreaterThan(1);
    const event = MatchEvent.parse(events[0]?.detail);
    expect(event.data.truncated).toBe(true);
    const told = event.data.faces.flatMap((face) => face.matches.map(({ distance }) => distance));
    const all = faces.flatMap((face) => face.blacklist_matches.map(({ distance }) => distance));
    all.sort((one, other) => one - other);
    expect(told.toSorted((one, other) => one - other)).toEqual(all.slice(0, told.length));
  });

  test('brings nothing of who was deleted, or suspended, meanwhile', async () => {
    const { entry: gone } = await activeEntry(records, 'Eve');
    bus.fault = () => ({ error: 'InternalException' });
    const { entry: suspended } = await activeEntry(records, 'Sue');
    await records.addProcessed('of-eve', resultWith([gone.id]));
    await records.addProcessed('of-sue', resultWith([suspended.id]));
    await records.addProcessed('of-both', resultWith([gone.id, entryId]));
    await until(() => answers.some(({ batchItemFailures }) => batchItemFailures.length > 0));
    await records.markEntryDeleting(gone.id);
    await records.updateEntry(suspended.id, { suspended: true });
    bus.fault = () => undefined;
    await until(() => published().includes('of-both'));
    expect(published()).toEqual(['of-both']);
    expect(MatchEvent.parse(events[0]?.detail).data.entries.map(({ id }) => id)).toEqual([entryId]);
  });
});

describe('what EventBridge does not take', () => {
  test.each([
    ['throttles everything', { error: 'ThrottlingException' }],
    ['is down', { error: 'InternalException' }],
    ['refuses it', { error: 'AccessDeniedException' }],
  ])('comes again when it %s for a while', async (_what, fault) => {
    let refusals = 0;
    bus.fault = () => (refusals++ < 5 ? fault : undefined);
    const ids = await process(3);
    await until(() => ids.every((id) => published().includes(id)));
    expect([...new Set(published())]).toEqual(ids);
    expect(refusals).toBeGreaterThan(5);
  });

  test('comes again when the connection is cut', async () => {
    let cuts = 0;
    bus.fault = () => {
      if (cuts++ < 5) throw new Error('It is cut.');
      return undefined;
    };
    const ids = await process(1);
    await until(() => events.length > 0);
    expect(published()).toEqual(ids);
  });

  test('of several is asked for again from the first on, and nothing before that', async () => {
    const held: DynamoDBRecord[] = [];
    bring = async ({ Records }) => {
      held.push(...Records);
      return { batchItemFailures: [] };
    };
    const ids = await process(14);
    await until(() => held.length === 14);
    const calledWith: number[] = [];
    bus.fault = (entries) => {
      calledWith.push(entries);
      return calledWith.length === 2 ? { refused: [1, 3] } : undefined;
    };
    const itemIdentifier = held[11]?.dynamodb?.SequenceNumber;
    expect(await handler({ Records: held })).toEqual({ batchItemFailures: [{ itemIdentifier }] });
    expect(published()).toEqual([...ids.slice(0, 11), ids[12]]);
    expect(await handler({ Records: held.slice(11) })).toEqual({ batchItemFailures: [] });
    expect(calledWith).toEqual([10, 4, 3]);
    expect(published().slice(-3)).toEqual(ids.slice(11));
  });

  test('because of what it is comes after all before it was published', async () => {
    const held: DynamoDBRecord[] = [];
    bring = async ({ Records }) => {
      held.push(...Records);
      return { batchItemFailures: [] };
    };
    const ids = await process(3);
    await until(() => held.length === 3);
    const [first, second, third] = held as [DynamoDBRecord, DynamoDBRecord, DynamoDBRecord];
    const image = { ...second.dynamodb?.NewImage, bytes: { B: 'bm90IGNvbXByZXNzZWQ=' } };
    const broken = { ...second, dynamodb: { ...second.dynamodb, NewImage: image } };
    const itemIdentifier = second.dynamodb?.SequenceNumber;
    expect(await handler({ Records: [first, broken, third] })).toEqual({
      batchItemFailures: [{ itemIdentifier }],
    });
    expect(published()).toEqual(ids.slice(0, 1));
  });
});
