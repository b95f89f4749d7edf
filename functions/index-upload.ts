import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { meter } from '#metrics';
import { asService } from '../lib/audit/scope.ts';
import { ConfigError } from '../lib/config.ts';
import { functionDeadline } from '../lib/deadline.ts';
import { type DeadLetters, openDeadLetters } from '../lib/inbox/dead-letters.ts';
import type { Inbox } from '../lib/inbox/port.ts';
import { indexMessages } from '../lib/inbox/queue.ts';
import { openS3Inbox } from '../lib/inbox/s3.ts';
import { loadConfig } from '../lib/load-config.ts';
import { enrollingPorts } from '../lib/wiring/open.ts';

let inbox: Inbox | undefined;
let deadLetters: DeadLetters | undefined;

/**
 * Indexes the uploads to the inbox that S3 announces in a queue. It asks the queue again for those that it
 * could not index.
 */
export async function handler(
  event: SQSEvent,
  context?: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SQSBatchResponse> {
  const started = performance.now();
  const { aws } = loadConfig();
  if (!aws)
    throw new ConfigError('Uploads come by a queue with FACE_PROCESSING_BACKEND=aws_rekognition only.');
  inbox ??= openS3Inbox(aws);
  const { INBOX_DEAD_LETTERS_URL: lettersUrl } = process.env;
  if (lettersUrl) deadLetters ??= openDeadLetters(aws.region, lettersUrl);
  const ports = { ...(await enrollingPorts()), inbox, ...(deadLetters && { deadLetters }) };
  const response = await asService('inbox', () =>
    indexMessages(ports, aws.bucket, event, functionDeadline(context)),
  );
  meter.ended('indexUpload', (performance.now() - started) / 1000);
  return response;
}
