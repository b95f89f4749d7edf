import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import type { Deadline } from '../deadline.ts';
import { log } from '../log.ts';
import { DeadLetter, type DeadLetters } from './dead-letters.ts';
import { type IndexingStatus, indexAndLog } from './index-and-log.ts';
import type { IndexingPorts } from './index-upload.ts';
import { inboxPrefix } from './port.ts';
import { uploadId } from './upload-id.ts';

/**
 * Milliseconds below which no further picture is begun. Otherwise the function could be killed during the
 * work on it, and the results of the others would be lost.
 */
const minRemainingMs = 30_000;
/** Attempts to index a picture before it is put aside. */
const maxAttempts = 5;

/**
 * Message of S3 in a queue,
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
const S3Message = z.union([
  z.object({
    Records: z.array(
      z.object({
        eventName: z.string(),
        s3: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
      }),
    ),
  }),
  // S3 sends this once, when the notification is set up.
  z.object({ Event: z.literal('s3:TestEvent') }),
]);

/**
 * Ports for indexing, and a place for uploads that fail again and again. Without it, they are tried for
 * ever.
 */
export type QueuePorts = IndexingPorts & { readonly deadLetters?: DeadLetters };

/**
 * Indexes the uploads that a queue's messages name: those from S3 by their keys, and dead letters that were
 * brought back by ids. The answer lists messages that can't be read, and those whose pictures must be tried
 * again. The queue delivers these again.
 *
 * After five attempts an upload is put aside by its id. The queue itself would put aside the message, and
 * with it a name. What can't be read stays in the queue, since it may have one.
 * @param bucket of the uploads; those of other buckets are ignored.
 * @param deadline the time by which the request has to be done.
 */
export async function indexMessages(
  ports: QueuePorts,
  bucket: string,
  { Records: messages }: SQSEvent,
  deadline: Deadline,
): Promise<SQSBatchResponse> {
  const limit = ports.pictureSlots.fairShare();
  const work = async (key: string, isAlone: boolean) =>
    deadline.leaves(minRemainingMs) ? indexAndLog(ports, key, isAlone) : 'again';
  const keysByMessage = await keysOf(ports, messages, bucket);
  const keys = [...new Set(keysByMessage.flatMap((each) => each ?? []))];
  const ends = new Map<string, IndexingStatus>();
  await Promise.all(keys.map((key) => limit(async () => ends.set(key, await work(key, false)))));
  for (const [key, end] of ends) if (end === 'alone') ends.set(key, await work(key, true));
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const [index, message] of messages.entries()) {
    const failed = keysByMessage[index]?.filter((key) => ends.get(key) === 'again');
    if (failed?.length === 0) continue;
    if (failed && (await putAside(ports, message, failed))) continue;
    batchItemFailures.push({ itemIdentifier: message.messageId });
  }
  return { batchItemFailures };
}

/** Puts uploads aside at their last attempt. Returns false when they are to be tried again. */
async function putAside(
  { deadLetters }: QueuePorts,
  { messageId, attributes }: SQSRecord,
  keys: readonly string[],
): Promise<boolean> {
  if (!deadLetters || Number(attributes.ApproximateReceiveCount) < maxAttempts) return false;
  try {
    for (const key of keys) {
      await deadLetters.add(uploadId(key));
      log().error({ messageId, upload: uploadId(key) }, 'upload: put aside as a dead letter');
    }
    return true;
  } catch (error) {
    log().error({ messageId, err: error }, 'upload: it could not be put aside, and is to be tried again');
    return false;
  }
}

/** Finds the keys of the uploads in each message; `undefined` for one that must be delivered again. */
async function keysOf(
  ports: QueuePorts,
  messages: readonly SQSRecord[],
  bucket: string,
): Promise<(readonly string[] | undefined)[]> {
  const letters = messages.map(({ body }) => letterOf(body));
  const found = await findUploads(
    ports,
    letters.filter((id) => id !== undefined),
  );
  return messages.map(({ messageId, body }, index) => {
    const id = letters[index];
    return id === undefined ? uploadedKeys(messageId, body, bucket) : found?.get(id);
  });
}

/** Looks through the inbox for uploads. Returns `undefined` if it can't be listed. */
async function findUploads(
  { leftovers }: QueuePorts,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  const found = new Map(ids.map((id): [string, string[]] => [id, []]));
  if (!leftovers || found.size === 0) return found;
  try {
    for await (const { key } of leftovers.list('inbox')) found.get(uploadId(key))?.push(key);
    return found;
  } catch (error) {
    log().warn({ err: error }, 'upload: the inbox can’t be listed; dead letters are to be tried again');
    return undefined;
  }
}

/** Reads the id of the upload in a dead letter that was brought back. */
function letterOf(body: string): string | undefined {
  try {
    return DeadLetter.safeParse(JSON.parse(body)).data?.upload;
  } catch {
    return undefined;
  }
}

/** Reads the keys of the uploads in a message. Returns `undefined` if it can't be read. */
function uploadedKeys(messageId: string, body: string, bucket: string): string[] | undefined {
  try {
    const message = S3Message.parse(JSON.parse(body));
    const records = 'Records' in message ? message.Records : [];
    const uploads = records
      .filter(({ eventName, s3 }) => eventName.startsWith('ObjectCreated:') && s3.bucket.name === bucket)
      .map(({ s3 }) => decodeURIComponent(s3.object.key.replaceAll('+', ' ')))
      .filter((key) => key.startsWith(inboxPrefix));
    if (uploads.length < records.length)
      log().warn({ messageId }, 'message: it tells of other things than uploads');
    return uploads;
  } catch {
    // The error itself is not logged, because it may repeat a key.
    log().error({ messageId }, 'message: it is not one of S3');
    return undefined;
  }
}
