import { deflateRawSync } from 'node:zlib';
import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DetectedFace } from '../../../lib/contract/shapes.ts';
import { BackendUnavailableError, NameTakenError } from '../../../lib/errors.ts';
import { foldedName } from '../../../lib/names/folded-name.ts';
import { TableClient } from '../../../lib/records/dynamodb/client.ts';
import { padded } from '../../../lib/records/dynamodb/items.ts';
import { openDynamoRecords } from '../../../lib/records/dynamodb/records.ts';
import { recountShown, shownCount } from '../../../lib/records/dynamodb/shown-count.ts';
import { storeId } from '../../../lib/records/dynamodb/store-id.ts';
import type { EntryQuery, EntryRecord } from '../../../lib/records/entry.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import type { ProcessedQuery, ProcessedResult, Stamp } from '../../../lib/records/processed.ts';
import { createTable } from '../../../local/emulators/dynamodb-table.ts';
import {
  activeEntry,
  imagesOf,
  processedResult,
  recorded,
  resultShowing,
} from '../../suites/records/fixtures.ts';
import { namesIn, namesOfNow, namesOfOld } from '../../suites/records/old-names.ts';
import { recordStoreSuite } from '../../suites/records.ts';
import { dynamoAuditSuite } from './audit.ts';
import { startProxy } from './proxy.ts';
import { dynamoTables, openedRecords, region, useEndpoint } from './tables.ts';

const tables = dynamoTables();

recordStoreSuite('DynamoDB', async () => openedRecords(await tables.create()));

dynamoAuditSuite(tables);

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

  /** Reads the items of processed pictures as they are stored, by number. */
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

  /** Keeps a picture as a client does, which tries again when the table is not available. */
  async function keep(other: RecordStore, pictureId: string, result: ProcessedResult): Promise<Stamp> {
    for (;;) {
      try {
        return await other.addProcessed(pictureId, result);
      } catch (error) {
        if (!(error instanceof BackendUnavailableError)) throw error;
      }
    }
  }

  // DynamoDB Local does one thing at a time, so on a slow machine fifty processes wait for longer than with
  // DynamoDB.
  test.each([20])('%d processes that keep pictures at the same moment lose none', async (count) => {
    const others = Array.from({ length: count }, open);
    const kept = await Promise.all(
      others.map(async (other, index) => {
        const result = { ...processedResult(), image_path_or_identifier: `picture ${index}` };
        return recorded(result, await keep(other, `picture-${index}`, result));
      }),
    );
    const { total, items } = await store.listProcessed({ limit: 100, offset: 0 });
    expect(total).toBe(count);
    expect(items.map((item) => item.db_id)).toEqual(Array.from({ length: count }, (_, id) => count - id));
    expect(items).toEqual(kept.sort((one, other) => Number(other.db_id) - Number(one.db_id)));
  });

  test('pictures that an earlier version left open after an erasure are closed once', async () => {
    const crowd = Array.from({ length: 60 }, (_, index) => index + 101);
    const ids: number[] = [];
    for (const [index, shown] of [[1], [1, 2], [1], crowd].entries()) {
      ids.push((await store.addProcessed(`picture-${index}`, resultShowing(...shown))).id);
    }
    const [alone = 0, withOther = 0, judged = 0, erasedCrowd = 0] = ids;
    const review = { faceIndex: 0, entryId: 1, verdict: 'confirmed', note: null, actor: 'ada' } as const;
    await store.reviewProcessed(judged, review, 1);
    const { entry } = await activeEntry(store, 'Ada');
    await store.markEntryDeleting(entry.id, { history: 'redact' });
    for (const entryId of [entry.id, ...crowd]) await store.redactProcessed(ids, entryId);
    const openIds = async () => {
      const { total, items } = await store.listProcessed({ limit: 100, offset: 0, review: 'open' });
      expect(total).toBe(items.length);
      return items.map(({ db_id }) => db_id);
    };
    expect(await openIds()).toEqual([withOther]);
    await forgetErasedState();
    expect(await openIds()).toEqual([erasedCrowd, withOther, alone]);
    const closed = await Promise.all([store.closeErased(), open().closeErased()]);
    expect(closed[0] + closed[1]).toBe(2);
    expect(await openIds()).toEqual([withOther]);
    // From then on no version has left any.
    await forgetErasedState();
    expect(await store.closeErased()).toBe(0);
  });

  /** Takes away what earlier versions did not write about erased matches. */
  async function forgetErasedState() {
    const partition = async (pk: string) => {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: settings.tableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: pk } },
        }),
      );
      return Items.map((item) => unmarshall(item));
    };
    const found = [
      ...(await partition('review')).filter(({ verdict }) => verdict === 'erased'),
      ...(await partition('reviewed')).filter(({ sk }) => sk.startsWith('erased#')),
      ...(await partition('reviewed#erased')),
    ];
    expect(found.length).toBeGreaterThan(2);
    for (const { pk, sk } of found) {
      await client.send(new DeleteItemCommand({ TableName: settings.tableName, Key: marshall({ pk, sk }) }));
    }
  }

  test('a redacted picture is no new match for the stream, and is removed whole', async () => {
    const { id } = await store.addProcessed('picture', resultShowing(1, 2));
    await store.redactProcessed([id], 1);
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: settings.tableName,
        KeyConditionExpression: 'pk = :pk AND sk = :sk',
        ExpressionAttributeValues: marshall({ ':pk': 'processed', ':sk': padded(id) }),
      }),
    );
    expect(Items).toHaveLength(1);
    expect(Items[0]).not.toHaveProperty('matched');
    await store.removeProcessed([id]);
    expect(await store.findProcessed(['picture'])).toEqual(new Set());
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
    const large = await store.addProcessed('crowd', crowd);
    const small = await store.addProcessed('small', processedResult());
    expect(await store.listProcessed({ limit: 20, offset: 0 })).toEqual({
      total: 2,
      items: [recorded(processedResult(), small), recorded(crowd, large)],
    });
    const items = await processedItems();
    expect(items[0]?.parts.length).toBeGreaterThan(1);
    expect(items[1]?.bytes.length).toBeLessThan(1000);
  });

  /**
   * Writes records as if this many pictures had been kept, one a second from 1970 on. Every tenth shows entry
   * 1.
   */
  async function fill(count: number): Promise<void> {
    await store.addProcessed('picture', processedResult());
    const [first] = await processedItems();
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const place = (scope: string, inScope: number[]) =>
      inScope.map((number, index) => ({
        pk: `processed#${scope}`,
        sk: padded(index + 1),
        number,
        at: 1000 * number,
      }));
    const items = [
      ...numbers.map((number) => ({ ...first, sk: padded(number), at: 1000 * number })),
      ...place(
        'entry#1',
        numbers.filter((number) => number % 10 === 0),
      ),
      ...place(
        'no-match',
        numbers.filter((number) => number % 10 !== 0),
      ),
    ];
    for (let start = 0; start < items.length; start += 25) {
      const puts = items.slice(start, start + 25).map((item) => ({ PutRequest: { Item: marshall(item) } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [settings.tableName]: puts } }));
    }
    const counter = marshall({ pk: 'counter', sk: 'processed', last: count });
    await client.send(new PutItemCommand({ TableName: settings.tableName, Item: counter }));
  }

  test('a page costs the same wherever it is, whatever is left out', async () => {
    await fill(800);
    const page = (query: ProcessedQuery) => costOf((store) => store.listProcessed(query));
    const atStart = await page({ limit: 20, offset: 0 });
    const inside = await page({ limit: 20, offset: 400 });
    const atEnd = await page({ limit: 20, offset: 780 });
    expect(inside.result.items.map((item) => item.db_id)).toEqual(
      Array.from({ length: 20 }, (_, index) => 400 - index),
    );
    expect([inside, atEnd].map(({ units, calls }) => ({ units, calls }))).toEqual(
      [atStart, atStart].map(({ units, calls }) => ({ units, calls })),
    );
    // The fourth reads the reviews of all pictures of the page.
    expect(atStart.calls).toBe(4);
    expect(atStart.units).toBeLessThan(10);

    for (const offset of [0, 30, 60]) {
      const { result, calls, units } = await page({ limit: 20, offset, entryId: 1 });
      expect(result).toMatchObject({
        total: 80,
        items: [{ db_id: 800 - 10 * offset }, ...Array(19).fill({})],
      });
      // The calls read both ends, the oldest one left, the places, the pictures there, and their reviews.
      expect(calls).toBe(6);
      expect(units).toBeLessThan(30);
    }
    // The query is for three seconds of some minutes. Each step leaves an eighth of the 720, so four
    // steps find an end.
    const [since, until] = [new Date(400_000), new Date(403_000)];
    const { result, calls, units } = await page({ limit: 20, offset: 0, hasMatch: false, since, until });
    expect(result).toMatchObject({ total: 2, items: [{ db_id: 402 }, { db_id: 401 }] });
    // The times at which the clock was put back are read too, and the reviews.
    expect(calls).toBeLessThanOrEqual(7 + 2 * 4);
    expect(units).toBeLessThan(90);
  });

  test('a table that an earlier version filled goes on as it is, and filters what comes', async () => {
    const parts = ['a', 'b', 'c'].map(async (pictureId) => store.addProcessed(pictureId, processedResult()));
    await Promise.all(parts);
    // Such a version did not write times, places and counts.
    const counter = marshall({ pk: 'counter', sk: 'processed', last: 3 });
    await client.send(new PutItemCommand({ TableName: settings.tableName, Item: counter }));
    for (const item of await processedItems()) {
      const result = { ...processedResult(), processing_timestamp: '2026-05-04T09:30:00.000Z' };
      const { at: _, ...old } = { ...item, bytes: deflateRawSync(JSON.stringify(result)) } as typeof item;
      await client.send(new PutItemCommand({ TableName: settings.tableName, Item: marshall(old) }));
    }
    for (const scope of ['match', 'entry#1']) {
      for (const rank of [1, 2, 3]) {
        const Key = marshall({ pk: `processed#${scope}`, sk: padded(rank) });
        await client.send(new DeleteItemCommand({ TableName: settings.tableName, Key }));
      }
    }
    const later = open();
    const stamp = await later.addProcessed('d', processedResult());
    const newest = recorded(processedResult(), stamp);
    expect(await later.listProcessed({ limit: 20, offset: 0 })).toMatchObject({
      total: 4,
      items: [newest, { db_id: 3, processing_timestamp: '2026-05-04T09:30:00.000Z' }, {}, {}],
    });
    for (const filter of [{ hasMatch: true }, { entryId: 1 }, { since: new Date(0) }]) {
      expect(await later.listProcessed({ limit: 20, offset: 0, ...filter })).toMatchObject(
        'since' in filter ? { total: 4 } : { total: 1, items: [newest] },
      );
    }
  });

  test('crowds that are kept at the same moment do not burst a transaction', async () => {
    const others = Array.from({ length: 3 }, open);
    // A transaction has room for only two of these.
    const crowd = Array.from({ length: 40 }, (_, index) => index + 1);
    await Promise.all(others.map((other, index) => keep(other, `crowd ${index}`, resultShowing(...crowd))));
    for (const entryId of [1, 40]) {
      const { total, items } = await store.listProcessed({ limit: 100, offset: 0, entryId });
      expect([total, ...items.map(({ db_id }) => db_id)]).toEqual([3, 3, 2, 1]);
    }
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
    for (let index = 0; index < 12; index += 1) await activeEntry(store, `${index}`);
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
    expect(await store.listProcessed({ limit: 4, offset: 4, entryId: 1 })).toEqual(page);
    for (const number of [4, 5, 6, 7, 8, 9]) await expire(number);
    expect(await store.listProcessed({ limit: 4, offset: 0 })).toEqual({ total: 0, items: [] });
    expect(await store.listProcessed({ limit: 4, offset: 0, entryId: 1 })).toEqual({ total: 0, items: [] });
    expect(await store.addProcessed('10', processedResult())).toMatchObject({ id: 10 });
    expect(await store.listProcessed({ limit: 4, offset: 0 })).toMatchObject({
      total: 1,
      items: [{ db_id: 10 }],
    });
  });

  test('that an earlier version filled gets names in their normal form, by several at once, and nobody is lost', async () => {
    for (const { name, reason, status } of namesOfOld) {
      const { id } = await store.createEntry({ name, reason });
      if (status !== 'PENDING') await store.activateEntry(id);
      if (status === 'DELETING') await store.markEntryDeleting(id);
      // Such a version did not write this item.
      const Key = marshall({ pk: `folded#${foldedName(name)}`, sk: padded(id) });
      await client.send(new DeleteItemCommand({ TableName: settings.tableName, Key }));
      await client.send(
        new UpdateItemCommand({
          TableName: settings.tableName,
          Key: marshall({ pk: 'entry', sk: padded(id) }),
          UpdateExpression: 'REMOVE folded',
        }),
      );
    }
    const changes = await Promise.all(Array.from({ length: 3 }, () => open().normalizeEntries()));
    expect(changes.flat().map(({ entryId }) => entryId)).toContain(1);
    while ((await store.normalizeEntries()).length > 0);

    expect(await namesIn(store)).toEqual(namesOfNow);
    expect((await store.findEntry('Zoë'))?.id).toBe(1);
    expect(await store.findEntry('Zo\u200bë')).toBeUndefined();
    expect((await store.findAlike('zoe')).map(({ id }) => id)).toEqual([1, 9]);
    await expect(store.createEntry({ name: 'Zoë', reason: null })).rejects.toThrow(NameTakenError);
  });

  test('that an earlier version filled has entries without details, in their first version', async () => {
    const { entry, imageId } = await activeEntry(store, 'Ada');
    await client.send(
      new UpdateItemCommand({
        TableName: settings.tableName,
        Key: marshall({ pk: 'entry', sk: padded(entry.id) }),
        UpdateExpression:
          'REMOVE edition, expiresAt, reviewAt, category, severity, notes, suspended, addedBy, updatedBy, updatedDate',
      }),
    );
    expect(await store.getEntry(entry.id)).toEqual(entry);
    expect((await store.findActive([imageId])).get(imageId)?.entry).toEqual(entry);
    expect(await store.findEntries({ expired: false })).toEqual({ total: 1, items: [entry] });
    expect(await store.updateEntry(entry.id, { suspended: true }, { ifVersion: [1] })).toMatchObject({
      version: 2,
      suspended: true,
    });
  });

  test('keeps what was changed while its names were brought to their normal form', async () => {
    const { entry } = await activeEntry(store, 'Ada ');
    await using proxy = await startProxy(tables.url());
    useEndpoint(proxy.url);
    const change = { name: 'Ada Lovelace', reason: 'other' };
    let changed: EntryRecord | undefined;
    proxy.before = async ({ operation }) => {
      if (operation === 'TransactWriteItems') changed ??= await store.updateEntry(entry.id, change);
    };
    expect(await open().normalizeEntries()).toEqual([]);
    useEndpoint(tables.url());
    expect(changed).toMatchObject({ ...entry, ...change, version: 2, updatedDate: expect.any(String) });
    expect(await store.getEntry(entry.id)).toEqual(changed);
    expect(await store.findEntry('Ada')).toBeUndefined();
    expect(await store.findEntry('Ada Lovelace')).toEqual(changed);
  });

  describe('a page of entries by their ids', () => {
    /** Puts items of shown entries beside the store, which nobody counts. */
    async function addUncounted(...ids: number[]): Promise<void> {
      for (const id of ids) {
        const Item = marshall({
          ...{ pk: 'entry', sk: padded(id), id, name: `uncounted ${id}`, reason: null, status: 'ACTIVE' },
          ...{ addedDate: '2026-01-01T00:00:00.000Z', imageCount: 0, version: 1 },
        });
        await client.send(new PutItemCommand({ TableName: settings.tableName, Item }));
      }
    }

    const shown = async (query: EntryQuery) => {
      const { total, items } = await store.findEntries({ limit: 2, ...query });
      return [total, ...items.map(({ id }) => id)];
    };

    test('reads the entries up to its end alone, once all have been counted', async () => {
      for (let number = 1; number <= 6; number++) await activeEntry(store, `Person ${number}`);
      await store.markEntryDeleting(2);
      await store.createEntry({ name: 'Pending', reason: null });
      expect(await shown({})).toEqual([5, 1, 3]);
      expect(await open().normalizeEntries()).toEqual([]);
      // Who read them would count them too.
      await addUncounted(100, 101, 102, 103);
      expect(await shown({})).toEqual([5, 1, 3]);
      expect(await shown({ offset: 3 })).toEqual([5, 5, 6]);
      expect(await shown({ isDescending: true, offset: 4 })).toEqual([5, 6, 5]);
      expect(await shown({ search: 'Person' })).toEqual([5, 1, 3]);
      expect((await store.findEntries({ limit: 1, sort: 'name' })).total).toBe(9);
    });

    test('tells of each entry that is shown or hidden later, and of those that an earlier version did not count', async () => {
      await store.normalizeEntries();
      const { id } = (await activeEntry(store, 'First')).entry;
      await activeEntry(store, 'Second');
      expect(await shown({})).toEqual([2, 1, 2]);
      await store.markEntryDeleting(id);
      await store.markEntryDeleting(id);
      await store.removeEntry(id);
      expect(await shown({})).toEqual([1, 2]);
      const { id: pending } = await store.createEntry({ name: 'Third', reason: null, claimMs: 0 });
      await store.giveUpEntry(pending);
      expect(await shown({})).toEqual([1, 2]);
      await addUncounted(100);
      await store.normalizeEntries();
      expect(await shown({})).toEqual([2, 2, 100]);
    });

    test('keeps no count during which somebody was listed', async () => {
      const table = new TableClient(settings);
      await activeEntry(store, 'First');
      await recountShown(table, async () => {
        await activeEntry(store, 'Second');
        return 1;
      });
      expect(await shownCount(table)).toBeUndefined();
      expect(await shown({})).toEqual([2, 1, 2]);
      table.close();
    });

    test('is right after many were listed at once', async () => {
      await store.normalizeEntries();
      const names = Array.from({ length: 12 }, (_, number) => `Person ${number}`);
      await Promise.all(names.map((name, index) => activeEntry(index % 2 ? open() : store, name)));
      expect((await shown({}))[0]).toBe(12);
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

/** Makes faces whose numbers and ids all differ, so that they hardly compress. */
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
