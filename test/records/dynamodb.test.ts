import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DetectedFace } from '../../lib/contract/shapes.ts';
import { padded } from '../../lib/records/dynamodb/items.ts';
import { storeId } from '../../lib/records/dynamodb/store-id.ts';
import { openDynamoRecords } from '../../lib/records/dynamodb.ts';
import type { RecordStore } from '../../lib/records/port.ts';
import { createTable } from '../../local/emulators/dynamodb-table.ts';
import { activeEntry, imagesOf, processedResult } from '../suites/records/fixtures.ts';
import { recordStoreSuite } from '../suites/records.ts';
import { startProxy } from './dynamodb-proxy.ts';
import { dynamoTables, openedRecords, region, useEndpoint } from './dynamodb-tables.ts';

const tables = dynamoTables();

recordStoreSuite('DynamoDB', async () => openedRecords(await tables.create()));

describe('the DynamoDB table', () => {
  let settings: Awaited<ReturnType<typeof tables.create>>;
  let client: DynamoDBClient;
  let stores: RecordStore[];
  let store: RecordStore;

  beforeEach(async () => {
    settings = await tables.create();
    client = new DynamoDBClient({ region });
    stores = [];
    store = open();
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
    client.destroy();
  });

  function open(): RecordStore {
    const store = openDynamoRecords(settings);
    stores.push(store);
    return store;
  }

  /** The items of processed pictures as they are, by number. */
  async function processedItems() {
    const { Items } = await client.send(
      new QueryCommand({
        TableName: settings.tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'processed' } },
      }),
    );
    return (Items ?? []).map((item) => unmarshall(item));
  }

  test.each([20, 50])('%d processes that keep pictures at the same moment lose none', async (count) => {
    const others = Array.from({ length: count }, open);
    const kept = await Promise.all(
      others.map(async (other, index) => {
        const result = { ...processedResult(), image_path_or_identifier: `picture ${index}` };
        return { ...result, db_id: await other.addProcessed(`picture-${index}`, result) };
      }),
    );
    const { total, items } = await store.listProcessed({ limit: 100, offset: 0 });
    expect(total).toBe(count);
    expect(items.map((item) => item.db_id)).toEqual(Array.from({ length: count }, (_, id) => count - id));
    expect(items).toEqual(kept.sort((one, other) => other.db_id - one.db_id));
  });

  test('twenty processes that make entries at the same moment get an id each', async () => {
    const others = Array.from({ length: 20 }, open);
    const entries = await Promise.all(
      others.map((other, index) => other.createEntry({ name: `name ${index}`, reason: null })),
    );
    expect(await store.listEntries('PENDING')).toEqual(entries.sort((one, other) => one.id - other.id));
    expect(new Set(entries.map(({ id }) => id)).size).toBe(20);
  });

  test('an answer of a hundred faces with a hundred matches each is kept in parts', async () => {
    const crowd = { ...processedResult(), faces: crowdedFaces(100, 100) };
    const id = await store.addProcessed('crowd', crowd);
    await store.addProcessed('small', processedResult());
    expect(await store.listProcessed({ limit: 20, offset: 0 })).toEqual({
      total: 2,
      items: [
        { ...processedResult(), db_id: id + 1 },
        { ...crowd, db_id: id },
      ],
    });
    const [large, small] = await processedItems();
    expect(large?.parts.length).toBeGreaterThan(1);
    expect(small?.bytes.length).toBeLessThan(1000);
  });

  test('a page costs the same wherever it is', async () => {
    await store.addProcessed('picture', processedResult());
    const [first] = await processedItems();
    const items = Array.from({ length: 10_000 }, (_, index) => ({ ...first, sk: padded(index + 1) }));
    for (let start = 0; start < items.length; start += 25) {
      const puts = items.slice(start, start + 25).map((item) => ({ PutRequest: { Item: marshall(item) } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [settings.tableName]: puts } }));
    }
    const counter = marshall({ pk: 'counter', sk: 'processed', last: 10_000 });
    await client.send(new PutItemCommand({ TableName: settings.tableName, Item: counter }));

    const atStart = await costOf((store) => store.listProcessed({ limit: 20, offset: 0 }));
    const inside = await costOf((store) => store.listProcessed({ limit: 20, offset: 5000 }));
    const atEnd = await costOf((store) => store.listProcessed({ limit: 20, offset: 9980 }));
    expect(inside.result.items.map((item) => item.db_id)).toEqual(
      Array.from({ length: 20 }, (_, index) => 5000 - index),
    );
    expect([inside, atEnd].map(({ units, calls }) => ({ units, calls }))).toEqual(
      [atStart, atStart].map(({ units, calls }) => ({ units, calls })),
    );
    expect(atStart.calls).toBe(3);
    expect(atStart.units).toBeLessThan(10);
  });

  test('looking for what broke off costs what it finds, not what there is', async () => {
    const look = (store: RecordStore) =>
      Promise.all([
        store.listEntries('PENDING'),
        store.listEntries('DELETING'),
        imagesOf(store, 'PENDING'),
        imagesOf(store, 'DELETING'),
      ]);
    const before = await costOf(look);
    for (let index = 0; index < 40; index += 1) await activeEntry(store, `${index}`);
    const after = await costOf(look);
    expect(after).toEqual(before);
    expect(after.result).toEqual([[], [], [], []]);
  });

  async function costOf<T>(work: (store: RecordStore) => Promise<T>) {
    await using proxy = await startProxy(tables.url());
    useEndpoint(proxy.url);
    const measured = open();
    const result = await work(measured);
    await measured.close();
    useEndpoint(tables.url());
    return { result, units: proxy.consumed, calls: proxy.calls.length };
  }

  test('where the oldest pictures have expired, the total and the pages are of those that are left', async () => {
    for (let index = 1; index <= 9; index += 1) await store.addProcessed(`${index}`, processedResult());
    const expire = async (number: number) => {
      const Key = marshall({ pk: 'processed', sk: padded(number) });
      await client.send(new DeleteItemCommand({ TableName: settings.tableName, Key }));
    };
    for (const number of [1, 2, 3]) await expire(number);
    const page = await store.listProcessed({ limit: 4, offset: 4 });
    expect(page).toMatchObject({ total: 6, items: [{ db_id: 5 }, { db_id: 4 }] });
    for (const number of [4, 5, 6, 7, 8, 9]) await expire(number);
    expect(await store.listProcessed({ limit: 4, offset: 0 })).toEqual({ total: 0, items: [] });
    expect(await store.addProcessed('10', processedResult())).toBe(10);
    expect(await store.listProcessed({ limit: 4, offset: 0 })).toMatchObject({
      total: 1,
      items: [{ db_id: 10 }],
    });
  });

  test('has an id of its own, the same for all who ask', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => storeId(settings)));
    expect(new Set(ids).size).toBe(1);
    expect(await storeId(settings)).toBe(ids[0]);
    expect(await storeId(await tables.create())).not.toBe(ids[0]);
  });

  test('is made once, and ready for items that expire', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    await createTable({ ...settings, endpoint: tables.url() });
    expect(await store.getEntry(entry.id)).toEqual(entry);
    const { TimeToLiveDescription } = await client.send(
      new DescribeTimeToLiveCommand({ TableName: settings.tableName }),
    );
    expect(TimeToLiveDescription).toMatchObject({
      AttributeName: 'expiresAt',
      TimeToLiveStatus: expect.stringMatching(/^ENABL/),
    });
  });
});

/** Faces whose numbers and ids all differ, so that they can hardly be compressed. */
function crowdedFaces(faces: number, matches: number): DetectedFace[] {
  const [face] = processedResult().faces;
  const [match] = face?.blacklist_matches ?? [];
  if (!face || !match) throw new Error('The sample has no match.');
  return Array.from({ length: faces }, (_, index) => ({
    ...face,
    face_index: index,
    blacklist_matches: Array.from({ length: matches }, () => ({
      ...match,
      distance: Math.random(),
      similarity: Math.random() * 100,
      aws_similarity: Math.random() * 100,
      aws_face_id: crypto.randomUUID(),
    })),
  }));
}
