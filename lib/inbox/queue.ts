import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import type { Deadline } from '../deadline.ts';
import { log } from '../log.ts';
import { type IndexingStatus, indexAndLog } from './index-and-log.ts';
import type { IndexingPorts } from './index-upload.ts';
import { inboxPrefix } from './port.ts';

/**
 * Milliseconds below which no further picture is begun. Otherwise the function could be killed during the
 * work on it, and the results of the others would be lost.
 */
const minRemainingMs = 30_000;

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
 * Indexes the uploads that a queue's messages from S3 name. The answer lists messages that can't be read, and
 * those whose pictures must be tried again. The queue delivers these again, and finally moves them to its
 * dead-letter queue.
 * @param bucket of the uploads; those of other buckets are ignored.
 * @param deadline the time by which the request has to be done.
 */
export async function indexMessages(
  ports: IndexingPorts,
  bucket: string,
  { Records: messages }: SQSEvent,
  deadline: Deadline,
): Promise<SQSBatchResponse> {
  const limit = ports.pictureSlots.fairShare();
  const work = async (key: string, isAlone: boolean) =>
    deadline.leaves(minRemainingMs) ? indexAndLog(ports, key, isAlone) : 'again';
  const keysByMessage = messages.map(({ messageId, body }) => uploadedKeys(messageId, body, bucket));
  const keys = [...new Set(keysByMessage.flatMap((each) => each ?? []))];
  const ends = new Map<string, IndexingStatus>();
  await Promise.all(keys.map((key) => limit(async () => ends.set(key, await work(key, false)))));
  for (const [key, end] of ends) if (end === 'alone') ends.set(key, await work(key, true));
  const failed = messages.filter(
    (_, index) => keysByMessage[index]?.every((key) => ends.get(key) !== 'again') !== true,
  );
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
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
