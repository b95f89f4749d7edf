import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { MatchEvent } from '../contract/match-event.ts';
import { log } from '../log.ts';
import type { MatchStream } from '../records/dynamodb/match-stream.ts';
import { type EventBus, maxEventsAtOnce } from './event-bridge.ts';

/** EventBridge takes 256 KB at once. */
const maxBytesAtOnce = 250_000;

/** Events that are published in one call, each with the record that it is of. */
interface Batch {
  bytes: number;
  readonly events: { readonly event: MatchEvent; readonly sequenceNumber: string }[];
}

/**
 * Publishes an event for each picture of a piece of the table's stream, in order. The answer names the first that failed: Lambda brings
 * that one and all after it again, so that an event may be published twice, with the same `picture_id`, and none is left out.
 */
export async function publishMatches(
  stream: MatchStream,
  bus: EventBus,
  { Records: records }: DynamoDBStreamEvent,
): Promise<DynamoDBBatchResponse> {
  let batch: Batch = { bytes: 0, events: [] };
  for (const record of records) {
    const event = await eventOf(stream, record);
    if (event === 'failed') return (await publish(bus, batch)) ?? failureAt(sequenceOf(record));
    if (!event) continue;
    const bytes = Buffer.byteLength(JSON.stringify(event));
    if (batch.events.length === maxEventsAtOnce || batch.bytes + bytes > maxBytesAtOnce) {
      const failure = await publish(bus, batch);
      if (failure) return failure;
      batch = { bytes: 0, events: [] };
    }
    batch.bytes += bytes;
    batch.events.push({ event, sequenceNumber: sequenceOf(record) });
  }
  return (await publish(bus, batch)) ?? { batchItemFailures: [] };
}

const sequenceOf = ({ dynamodb }: DynamoDBRecord) => dynamodb?.SequenceNumber ?? '';
const failureAt = (itemIdentifier: string) => ({ batchItemFailures: [{ itemIdentifier }] });

/** `undefined` when there is nothing to tell. */
async function eventOf(
  stream: MatchStream,
  { eventName, dynamodb }: DynamoDBRecord,
): Promise<MatchEvent | undefined | 'failed'> {
  if (eventName !== 'INSERT' || !dynamodb?.NewImage) return undefined;
  try {
    return await stream.eventOf(dynamodb.NewImage);
  } catch (error) {
    log().error({ err: error, sequenceNumber: dynamodb.SequenceNumber }, 'match event: it cannot be made');
    return 'failed';
  }
}

/** Returns where it failed, if it did. */
async function publish(bus: EventBus, { events }: Batch): Promise<DynamoDBBatchResponse | undefined> {
  const [first] = events;
  if (!first) return undefined;
  try {
    const refused = await bus.put(events.map(({ event }) => event));
    log().info({ published: events.length - refused.size }, 'match events');
    const firstRefused = events.find(({ event }) => refused.has(event));
    return firstRefused && failureAt(firstRefused.sequenceNumber);
  } catch (error) {
    log().error({ err: error, events: events.length }, 'match events: to be published again');
    return failureAt(first.sequenceNumber);
  }
}
