import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent, StreamRecord } from 'aws-lambda';
import type { ServiceEvent } from '../contract/match-event.ts';
import { log } from '../log.ts';
import type { EventTarget, MatchStream } from './port.ts';

/** New image of a record, as Lambda receives it. */
type NewImage = NonNullable<StreamRecord['NewImage']>;

/** Events that are published in one call, each with its record's number. */
interface Batch {
  bytes: number;
  readonly events: { readonly event: ServiceEvent; readonly sequenceNumber: string }[];
}

/**
 * Publishes an event for each picture in a batch of the table's stream, in order. The answer names the first
 * record that failed, and Lambda delivers it and all later ones again. So an event may be published twice,
 * with the same `picture_id`, but none is lost.
 */
export async function publishMatches(
  stream: MatchStream<NewImage>,
  target: EventTarget,
  { Records: records }: DynamoDBStreamEvent,
): Promise<DynamoDBBatchResponse> {
  let batch: Batch = { bytes: 0, events: [] };
  for (const record of records) {
    const event = await eventOf(stream, record);
    if (event === 'failed') return (await publish(target, batch)) ?? failureAt(sequenceOf(record));
    if (!event) continue;
    const bytes = Buffer.byteLength(JSON.stringify(event));
    if (batch.events.length === target.most.events || batch.bytes + bytes > target.most.bytes) {
      const failure = await publish(target, batch);
      if (failure) return failure;
      batch = { bytes: 0, events: [] };
    }
    batch.bytes += bytes;
    batch.events.push({ event, sequenceNumber: sequenceOf(record) });
  }
  return (await publish(target, batch)) ?? { batchItemFailures: [] };
}

const sequenceOf = ({ dynamodb }: DynamoDBRecord) => dynamodb?.SequenceNumber ?? '';
const failureAt = (itemIdentifier: string) => ({ batchItemFailures: [{ itemIdentifier }] });

/** Makes a record's event; returns `undefined` if there is nothing to report. */
async function eventOf(
  stream: MatchStream<NewImage>,
  { eventName, dynamodb }: DynamoDBRecord,
): Promise<ServiceEvent | undefined | 'failed'> {
  if (eventName !== 'INSERT' || !dynamodb?.NewImage) return undefined;
  try {
    return await stream.eventOf(dynamodb.NewImage);
  } catch (error) {
    log().error({ err: error, sequenceNumber: dynamodb.SequenceNumber }, 'match event: it cannot be made');
    return 'failed';
  }
}

/** Publishes a batch; returns where it failed, if it did. */
async function publish(target: EventTarget, { events }: Batch): Promise<DynamoDBBatchResponse | undefined> {
  if (events.length === 0) return undefined;
  const attempts = await target.send(events.map(({ event }) => event));
  const isDelivered = (_: unknown, index: number) => attempts[index]?.outcome === 'delivered';
  log().info({ published: events.filter(isDelivered).length }, 'match events');
  const first = events.find((event, index) => !isDelivered(event, index));
  return first && failureAt(first.sequenceNumber);
}
