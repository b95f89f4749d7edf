import { deflateRawSync } from 'node:zlib';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterEach, beforeEach, describe, expect, type TestAPI, test, vi } from 'vitest';
import { BackendUnavailableError } from '../../../lib/errors.ts';
import { openDynamoRecords } from '../../../lib/records/dynamodb/records.ts';
import { storeId } from '../../../lib/records/dynamodb/store-id.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import type { Stamp } from '../../../lib/records/processed.ts';
import {
  activeEntry,
  addImage,
  enrolledFace,
  getImage,
  imagesOf,
  newImage,
  processedResult,
  recorded,
} from '../../suites/records/fixtures.ts';
import { recordStoreSuite } from '../../suites/records.ts';
import { type Call, type DynamoDbProxy, type Fault, startProxy } from './proxy.ts';
import { dynamoTables, openedRecords, region, useEndpoint } from './tables.ts';

const tables = dynamoTables();
const writes = ['TransactWriteItems', 'UpdateItem'];
/** Ten seconds, on a machine that stalls for as long. Without a limit, nothing would end. */
const tenSecondsMs = 20_000;

/**
 * Loses the answer to each call of these operations once. The SDK repeats the call, which then finds the
 * first one's changes.
 */
function loseEachOnce(operations: readonly string[]): (call: Call) => Fault | undefined {
  const known = new Set<string>();
  return ({ operation, body }) => {
    const text = JSON.stringify(body);
    if (!operations.includes(operation) || known.has(text)) return undefined;
    known.add(text);
    return 'lost';
  };
}

/** Declares no test. */
const leftOut = Object.assign(() => {}, { each: () => () => {} }) as unknown as TestAPI;

const openDisturbed = async () => {
  const settings = await tables.create();
  const proxy = await startProxy(tables.url());
  useEndpoint(proxy.url);
  proxy.fault = loseEachOnce(writes);
  const opened = openedRecords(settings);
  return {
    ...opened,
    async remove() {
      await opened.remove();
      await proxy[Symbol.asyncDispose]();
    },
  };
};
recordStoreSuite('DynamoDB, when the answer to every write is lost once', openDisturbed, leftOut);

describe('records in DynamoDB', () => {
  let settings: Awaited<ReturnType<typeof tables.create>>;
  let proxy: DynamoDbProxy;
  let store: RecordStore;

  beforeEach(async () => {
    settings = await tables.create();
    proxy = await startProxy(tables.url());
    useEndpoint(proxy.url);
    store = openDynamoRecords(settings);
  });
  afterEach(async () => {
    await store.close();
    await proxy[Symbol.asyncDispose]();
  });

  const unavailable = expect.objectContaining({
    code: 'backend_unavailable',
    retryAfterSeconds: expect.any(Number),
    cause: expect.any(Error),
  });

  /** Lets the first calls of the operation meet the fault. */
  function failFirst(count: number, operation: string, fault: Fault): void {
    let left = count;
    proxy.fault = (call) => (call.operation === operation && left-- > 0 ? fault : undefined);
  }
  const cancelled = (...codes: string[]): Fault => ({
    error: 'TransactionCanceledException',
    Message: 'Transaction cancelled',
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

  test('opening and closing a store calls nobody', async () => {
    await openDynamoRecords(settings).close();
    expect(proxy.calls).toEqual([]);
  });

  test.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'a write that is refused for a %s is tried again until it is done',
    async (code) => {
      const { entry } = await activeEntry(store, 'Ada');
      failFirst(3, 'TransactWriteItems', cancelled('None', code, 'None'));
      expect(await store.updateEntry(entry.id, { name: 'Bob', reason: null })).toMatchObject({ name: 'Bob' });
      failFirst(3, 'TransactWriteItems', cancelled('None', code, 'None'));
      expect(await store.addProcessed('picture', processedResult())).toMatchObject({ id: 1 });
      failFirst(3, 'TransactWriteItems', cancelled('None', code, 'None'));
      expect(await store.createImage(newImage(entry.id))).toMatchObject({ status: 'PENDING' });
    },
  );

  test('a write that goes on meeting others ends as unavailable, in ten seconds', async () => {
    proxy.fault = ({ operation }) =>
      operation === 'TransactWriteItems' ? cancelled('TransactionConflict', 'None', 'None') : undefined;
    const start = performance.now();
    await expect(store.createEntry({ name: 'Ada', reason: null })).rejects.toEqual(unavailable);
    expect(performance.now() - start).toBeLessThan(tenSecondsMs);
    proxy.fault = () => undefined;
    expect(await store.listEntries('PENDING')).toEqual([]);
    expect(await store.findEntry('Ada')).toBeUndefined();
  });

  describe('a picture that another process wanted to keep at the same moment', () => {
    /** Writes a picture as another process does that still has to number it. */
    async function arrive(pictureId: string, arrived: Date): Promise<void> {
      const bytes = deflateRawSync(JSON.stringify(processedResult()));
      const Item = marshall({ pk: 'arrived', sk: pictureId, pictureId, bytes, arrived: arrived.getTime() });
      const client = new DynamoDBClient({ region });
      await client.send(new PutItemCommand({ TableName: settings.tableName, Item }));
      client.destroy();
    }
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    /** Adds a picture while others arrive, and so looks for those. */
    function addInTheCrowd(pictureId: string): Promise<Stamp> {
      failFirst(1, 'TransactWriteItems', cancelled('TransactionConflict', 'None', 'None'));
      return store.addProcessed(pictureId, processedResult());
    }

    // The first process that arrived numbers all pictures. If it has crashed, the next one does.
    test.each(['theirs', 'a picture of theirs'])(
      'is numbered along with the next one: %s',
      async (theirs) => {
        await arrive(theirs, new Date());
        const stamp = await addInTheCrowd('ours');
        expect(await store.findProcessed(['ours', theirs])).toEqual(new Set(['ours', theirs]));
        expect(await store.listProcessed({ limit: 20, offset: 0 })).toEqual({
          total: 2,
          items: [2, 1].map((id) => recorded(processedResult(), { ...stamp, id })),
        });
        const again = await store.addProcessed(theirs, processedResult());
        expect([1, 2]).toContain(again.id);
      },
    );

    test('gets no second number when it has one', async () => {
      expect(await store.addProcessed('theirs', processedResult())).toMatchObject({ id: 1 });
      await arrive('theirs', new Date());
      expect(await addInTheCrowd('ours')).toMatchObject({ id: 2 });
      expect(await addInTheCrowd('third')).toMatchObject({ id: 3 });
      expect(await store.listProcessed({ limit: 1, offset: 0 })).toMatchObject({ total: 3 });
    });

    test('needs no arrival where others have only numbered before: the refusal tells the count', async () => {
      const another = openDynamoRecords(settings);
      await store.addProcessed('first', processedResult());
      await another.addProcessed('second', processedResult());
      proxy.calls.length = 0;
      // Whoever numbers at the same moment is joined instead.
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1000 });
      expect(await store.addProcessed('third', processedResult())).toMatchObject({ id: 3 });
      vi.useRealTimers();
      expect(proxy.calls.filter(({ operation }) => operation === 'TransactWriteItems')).toHaveLength(2);
      expect(JSON.stringify(proxy.calls)).not.toContain('arrived');
      await another.close();
    });

    test('is numbered though whoever had the turn has crashed', async () => {
      const client = new DynamoDBClient({ region });
      const Item = marshall({ pk: 'numbering', sk: 'turn', token: 'of a process that is gone' });
      await client.send(new PutItemCommand({ TableName: settings.tableName, Item }));
      await arrive('theirs', new Date());
      await addInTheCrowd('ours');
      expect(await store.findProcessed(['ours', 'theirs'])).toEqual(new Set(['ours', 'theirs']));
      const { Item: turn } = await client.send(
        new GetItemCommand({
          TableName: settings.tableName,
          Key: marshall({ pk: 'numbering', sk: 'turn' }),
        }),
      );
      expect(turn).toBeUndefined();
      client.destroy();
    });

    const many = Array.from({ length: 40 }, (_, index) => `theirs ${index}`);
    const total = async () => (await store.listProcessed({ limit: 1, offset: 0 })).total;

    test('is numbered in the same turn, where more wait than a transaction has room for', async () => {
      for (const one of many) await arrive(one, new Date());
      await addInTheCrowd('ours');
      expect(await store.findProcessed(['ours', ...many])).toEqual(new Set(['ours', ...many]));
      expect(await total()).toBe(41);
      const turns = proxy.calls.filter(({ body }) => JSON.stringify(body).includes('"token":{"S"'));
      expect(turns).toHaveLength(1);
    });

    test('waits for the next turn, where the rest of one fails: its own picture has its number', async () => {
      for (const one of many) await arrive(one, new Date());
      let batches = 0;
      proxy.fault = ({ operation, body }) => {
        if (operation !== 'TransactWriteItems') return undefined;
        const isBatch = /"Update".*processed/.test(JSON.stringify(body));
        if (!isBatch) return undefined;
        batches += 1;
        if (batches === 1) return cancelled('TransactionConflict', 'None', 'None');
        return batches === 3 ? { error: 'ValidationException', message: 'No.' } : undefined;
      };
      const { id } = await store.addProcessed('ours', processedResult());
      expect(await store.getProcessed(id)).toMatchObject({ db_id: id });
      const first = await total();
      expect(first).toBeLessThan(41);
      proxy.fault = () => undefined;
      await addInTheCrowd('ours too');
      expect(await total()).toBe(42);
    });

    /** Lets the store learn nothing more once its picture has arrived, so that it gives up. */
    const failAfterArrival = () => {
      let hasArrived = false;
      proxy.fault = ({ operation, body }) => {
        if (operation === 'TransactWriteItems' && !hasArrived) {
          hasArrived = JSON.stringify(body).includes('arrived');
          return hasArrived ? undefined : cancelled('TransactionConflict', 'None', 'None');
        }
        const isLooking = operation === 'BatchGetItem' && JSON.stringify(body).includes('numbering');
        return hasArrived && isLooking ? { error: 'ValidationException', message: 'No.' } : undefined;
      };
    };

    test('and whose writer gave up is never numbered: its client was told that it failed', async () => {
      failAfterArrival();
      await expect(store.addProcessed('given up', processedResult())).rejects.toEqual(unavailable);
      expect(await addInTheCrowd('ours')).toMatchObject({ id: 1 });
      expect(await store.findProcessed(['given up'])).toEqual(new Set());
      expect(await store.listProcessed({ limit: 20, offset: 0 })).toMatchObject({ total: 1 });
    });

    test('and that others numbered as its writer gave up is told with its number', async () => {
      const another = openDynamoRecords(settings);
      failAfterArrival();
      let isNumbered = false;
      proxy.before = async ({ operation, body }) => {
        const isWithdrawal =
          operation === 'TransactWriteItems' && /"Delete".*arrived/.test(JSON.stringify(body));
        if (!isWithdrawal || isNumbered) return;
        isNumbered = true;
        failFirst(1, 'TransactWriteItems', cancelled('TransactionConflict', 'None', 'None'));
        await another.addProcessed('theirs', processedResult());
      };
      const { id } = await store.addProcessed('ours', processedResult());
      expect([1, 2]).toContain(id);
      expect(await store.getProcessed(id)).toMatchObject({ db_id: id });
      expect(await store.listProcessed({ limit: 20, offset: 0 })).toMatchObject({ total: 2 });
      await another.close();
    });

    test('is forgotten when that process has crashed long ago', async () => {
      await arrive('theirs', minutesAgo(2));
      expect(await addInTheCrowd('ours')).toMatchObject({ id: 1 });
      expect(await store.findProcessed(['theirs'])).toEqual(new Set());
      expect(await store.addProcessed('theirs', processedResult())).toMatchObject({ id: 2 });
    });
  });

  test('a refusal for any other reason is not tried again', async () => {
    failFirst(1, 'TransactWriteItems', cancelled('None', 'ValidationError', 'None'));
    await expect(store.createEntry({ name: 'Ada', reason: null })).rejects.toEqual(unavailable);
    expect(proxy.calls.map(({ operation }) => operation)).toEqual(['UpdateItem', 'TransactWriteItems']);
  });

  test.each(['ThrottlingException', 'InternalServerError'])(
    'a store that goes on answering %s is unavailable',
    async (error) => {
      proxy.fault = () => ({ error, message: 'Later.' });
      const outcomes = await Promise.allSettled([
        store.createEntry({ name: 'Ada', reason: null }),
        store.replaceFace('a', enrolledFace),
        store.getImages(['a']),
        store.listEntries('ACTIVE'),
        imagesOf(store, 'PENDING'),
        store.addProcessed('picture', processedResult()),
        store.check(),
        storeId(settings),
      ]);
      expect(outcomes).toEqual(outcomes.map(() => ({ status: 'rejected', reason: unavailable })));
      expect(proxy.calls.length).toBeGreaterThan(outcomes.length);
    },
  );

  test('a transaction that is still under way is waited for', async () => {
    failFirst(2, 'TransactWriteItems', { error: 'TransactionInProgressException', Message: 'Wait.' });
    expect(await store.createEntry({ name: 'Ada', reason: null })).toMatchObject({ name: 'Ada' });
  });

  test('a store that never answers is unavailable in ten seconds, also for pictures that wait for one another', async () => {
    proxy.fault = () => 'ignored';
    const start = performance.now();
    const outcomes = await Promise.allSettled([
      store.getEntry(1),
      ...['a', 'b', 'c', 'd'].map((pictureId) => store.addProcessed(pictureId, processedResult())),
    ]);
    expect(outcomes).toEqual(outcomes.map(() => ({ status: 'rejected', reason: unavailable })));
    expect(performance.now() - start).toBeLessThan(tenSecondsMs);
    proxy.fault = () => undefined;
    expect(await store.addProcessed('a', processedResult())).toMatchObject({ id: 1 });
  });

  test('a store that nobody serves, or without its table, is unavailable', async () => {
    const withoutTable = openDynamoRecords({ ...settings, tableName: 'not-there' });
    await expect(withoutTable.check()).rejects.toEqual(unavailable);
    await withoutTable.close();
    useEndpoint('http://127.0.0.1:1');
    const unserved = openDynamoRecords(settings);
    await expect(unserved.check()).rejects.toEqual(unavailable);
    await unserved.close();
  });

  test('a store that was closed is unavailable', async () => {
    await store.close();
    await expect(store.check()).rejects.toEqual(unavailable);
    await expect(store.createEntry({ name: 'Ada', reason: null })).rejects.toThrow(BackendUnavailableError);
    expect(proxy.calls).toEqual([]);
  });

  test('items that a batch left out are asked for again', async () => {
    const { entry, imageId } = await activeEntry(store, 'Ada');
    const other = await addImage(store, entry.id);
    proxy.leaveOut = 2;
    const images = await store.getImages([imageId, other.id, 'none']);
    expect([...images.keys()].sort()).toEqual([imageId, other.id].sort());
    expect(proxy.leaveOut).toBe(0);
  });

  test('removing an entry goes on where it broke off, and its name is free at the end only', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    // Only a few come at once: this does not test crowds, which a slow machine would turn away.
    for (let round = 0; round < 14; round++) {
      await Promise.all(Array.from({ length: 5 }, () => addImage(store, entry.id)));
    }
    await store.markEntryDeleting(entry.id);
    let transactions = 0;
    proxy.fault = ({ operation }) =>
      operation === 'TransactWriteItems' && ++transactions > 1
        ? { error: 'InternalServerError', message: 'Later.' }
        : undefined;
    await expect(store.removeEntry(entry.id)).rejects.toEqual(unavailable);
    proxy.fault = () => undefined;
    expect(await store.getEntry(entry.id)).toEqual({ ...entry, status: 'DELETING' });
    expect(await store.findEntry('Ada')).toMatchObject({ id: entry.id });
    expect(await store.listImages(entry.id)).toHaveLength(41);
    await store.removeEntry(entry.id);
    expect(await store.listImages(entry.id)).toEqual([]);
    expect(await imagesOf(store, 'PENDING')).toEqual([]);
    expect(await store.findEntry('Ada')).toBeUndefined();
  });

  test('an image that changes while it is shown is looked at again', async () => {
    const { id: entryId } = await store.createEntry({ name: 'Ada', reason: null });
    const image = await addImage(store, entryId);
    const another = openDynamoRecords(settings);
    let changed: Promise<boolean> | undefined;
    proxy.before = async ({ operation }) => {
      if (operation !== 'TransactWriteItems' || changed) return;
      changed = another.markImageDeleting(image.id);
      await changed;
    };
    expect(await store.activateImage(image.id, enrolledFace)).toBeUndefined();
    expect(await getImage(store, image.id)).toMatchObject({ status: 'DELETING', face: null });
    expect(await store.getEntry(entryId)).toMatchObject({ imageCount: 0 });
    await another.close();
  });

  test('a face that is replaced while its image is hidden is not forgotten', async () => {
    const { imageId } = await activeEntry(store, 'Ada');
    const face = { ...enrolledFace, id: 'face-2' };
    const another = openDynamoRecords(settings);
    let replaced: Promise<void> | undefined;
    proxy.before = async ({ operation }) => {
      if (operation !== 'TransactWriteItems' || replaced) return;
      replaced = another.replaceFace(imageId, face);
      await replaced;
    };
    await store.markImageDeleting(imageId);
    expect(await getImage(store, imageId)).toMatchObject({ status: 'DELETING', face });
    await another.close();
  });
});
