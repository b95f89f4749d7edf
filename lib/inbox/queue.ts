import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import pLimit from 'p-limit';
import * as z from 'zod';
import { log } from '../log.ts';
import type { IndexingPorts } from './index-upload.ts';
import { inboxPrefix } from './port.ts';
import { workOff } from './work-off.ts';

/** With less time left than this, no picture is begun: it would be cut off in the middle, and its neighbours with it. */
const minRemainingMs = 30_000;

/** What S3 sends to a queue, https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const S3Message = z.union([
  z.object({
    Records: z.array(
      z.object({
        eventName: z.string(),
        s3: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
      }),
    ),
  }),
  // Sent once, when the notification is set up.
  z.object({ Event: z.literal('s3:TestEvent') }),
]);

/**
 * Works off a queue's messages, each of them S3's word of uploads to the inbox. Messages that can't be read, and those whose pictures are
 * to be tried again, are named in the answer: the queue sends them again, and in the end to its dead letters.
 * @param bucket whose uploads are meant; others are passed over.
 * @param remainingMs how long this may still take.
 */
export async function workOffMessages(
  ports: IndexingPorts,
  bucket: string,
  { Records: messages }: SQSEvent,
  remainingMs: () => number,
): Promise<SQSBatchResponse> {
  const limit = pLimit(ports.pictureSlots.concurrency);
  const work = (key: string) => limit(() => (remainingMs() < minRemainingMs ? false : workOff(ports, key)));
  const done = await Promise.all(
    messages.map(async ({ messageId, body }) => {
      const keys = uploadedKeys(messageId, body, bucket);
      return keys !== undefined && (await Promise.all(keys.map(work))).every(Boolean);
    }),
  );
  const failed = messages.filter((_, index) => !done[index]);
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** The keys of the uploads that a message tells of; `undefined` when it can't be read. */
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
    // Not the error itself, which may repeat a key.
    log().error({ messageId }, 'message: it is not one of S3');
    return undefined;
  }
}
