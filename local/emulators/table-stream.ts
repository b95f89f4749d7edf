import { setTimeout as delay } from 'node:timers/promises';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as SdkRecord,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { log } from '../../lib/log.ts';
import type { TableSettings } from '../../lib/records/dynamodb/client.ts';
import { erasuresFilter, matchesFilter, reviewsFilter } from '../../lib/records/dynamodb/items.ts';

/** Batch size of the deployed event source mapping. */
const batchSize = 10;
const pollEveryMs = 250;
const longestPauseMs = 10_000;

type StreamHandler = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>;

/**
 * Passes a table's stream in DynamoDB Local to a handler, from its beginning. It passes only pictures that
 * matched somebody, and reviews. As with Lambda's event source mapping, records come in order. After a
 * failure, they come again from the first that failed.
 * @returns a function that stops it and waits for work in progress.
 */
export function followTable(
  { region, tableName, endpoint }: TableSettings & { readonly endpoint: string },
  handler: StreamHandler,
): () => Promise<void> {
  const stop = new AbortController();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  // A call that is never answered would end the stream.
  const requestHandler = { requestTimeout: 10_000, throwOnRequestTimeout: true };
  const clients = {
    table: new DynamoDBClient({ region, endpoint, credentials, requestHandler }),
    streams: new DynamoDBStreamsClient({ region, endpoint, credentials, requestHandler }),
  };
  const ended = follow(clients, tableName, handler, stop.signal);
  return async () => {
    stop.abort();
    await ended;
    for (const client of Object.values(clients)) client.destroy();
  };
}

interface Clients {
  readonly table: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
}

/** Place up to which a stream was read. */
interface Place {
  /** Name of the stream, once it is known. */
  arn?: string | undefined;
  /** Position in each shard; `undefined` once it is read to its end. */
  readonly iterators: Map<string, string | undefined>;
}

async function follow(
  clients: Clients,
  tableName: string,
  handler: StreamHandler,
  stop: AbortSignal,
): Promise<void> {
  const place: Place = { iterators: new Map() };
  while (!stop.aborted) {
    try {
      await readShards(clients, tableName, place, (records) => bring(records, handler, stop));
    } catch (error) {
      log().error({ err: error }, 'stream: it cannot be read');
    }
    await pause(pollEveryMs, stop);
  }
}

async function readShards(
  { table, streams }: Clients,
  tableName: string,
  place: Place,
  bringRecords: (records: DynamoDBRecord[]) => Promise<void>,
): Promise<void> {
  const { iterators } = place;
  place.arn ??= await nameOfStream(table, tableName);
  const StreamArn = place.arn;
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  for (const { ShardId = '' } of StreamDescription?.Shards ?? []) {
    if (!iterators.has(ShardId)) iterators.set(ShardId, await firstIterator(streams, StreamArn, ShardId));
    const ShardIterator = iterators.get(ShardId);
    if (ShardIterator === undefined) continue;
    const { Records = [], NextShardIterator } = await streams
      .send(new GetRecordsCommand({ ShardIterator }))
      .catch((error: unknown) => {
        // The record at this place is gone: reading goes on from the oldest. After any other failure the
        // place counts, so that no event comes twice.
        if (error instanceof TrimmedDataAccessException) iterators.delete(ShardId);
        throw error;
      });
    await bringRecords(Records.map(asLambdaGetsIt).filter(isWanted));
    iterators.set(ShardId, NextShardIterator);
  }
}

async function nameOfStream(table: DynamoDBClient, TableName: string): Promise<string | undefined> {
  const { Table } = await table.send(new DescribeTableCommand({ TableName }));
  return Table?.LatestStreamArn;
}

async function firstIterator(
  streams: DynamoDBStreamsClient,
  StreamArn: string | undefined,
  ShardId: string,
): Promise<string | undefined> {
  const command = new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
  return (await streams.send(command)).ShardIterator;
}

async function bring(records: DynamoDBRecord[], handler: StreamHandler, stop: AbortSignal): Promise<void> {
  let failures = 0;
  for (let start = 0; start < records.length && !stop.aborted; ) {
    const batch = records.slice(start, start + batchSize);
    const done = await doneOf(batch, handler);
    start += done;
    failures = done === batch.length ? 0 : failures + 1;
    if (failures > 0) await pause(Math.min(longestPauseMs, 100 * 2 ** failures), stop);
  }
}

/** Passes a batch to the handler. Returns the number of records before the first that failed. */
async function doneOf(batch: readonly DynamoDBRecord[], handler: StreamHandler): Promise<number> {
  try {
    const { batchItemFailures } = await handler({ Records: [...batch] });
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const first = batch.findIndex(({ dynamodb }) => failed.has(dynamodb?.SequenceNumber ?? ''));
    return first === -1 ? batch.length : first;
  } catch (error) {
    log().error({ err: error }, 'stream: the handler failed');
    return 0;
  }
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stop }).catch(() => undefined);
}

/** Converts the record to Lambda's JSON: bytes are base64, times seconds. */
function asLambdaGetsIt(record: SdkRecord): DynamoDBRecord {
  const seconds = (record.dynamodb?.ApproximateCreationDateTime?.getTime() ?? 0) / 1000;
  const timed = { ...record, dynamodb: { ...record.dynamodb, ApproximateCreationDateTime: seconds } };
  const text = JSON.stringify(timed, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
  return JSON.parse(text);
}

const isWanted = (record: DynamoDBRecord) =>
  [matchesFilter, erasuresFilter, reviewsFilter].some((filter) => fits(filter, record));

/** Returns true if a value passes a filter. It supports lists of texts, and `{exists: true}`. */
function fits(filter: unknown, value: unknown): boolean {
  if (Array.isArray(filter)) {
    return filter.some((one) => (typeof one === 'object' ? value !== undefined : one === value));
  }
  return Object.entries(filter as object).every(([name, part]) =>
    fits(part, (value as Record<string, unknown> | undefined)?.[name]),
  );
}
