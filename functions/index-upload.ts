import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { ConfigError, loadConfig } from '../lib/config.ts';
import type { Inbox } from '../lib/inbox/port.ts';
import { workOffMessages } from '../lib/inbox/queue.ts';
import { openS3Inbox } from '../lib/inbox/s3.ts';
import { enrollingPorts } from '../lib/ports.ts';

let inbox: Inbox | undefined;

/** A queue of S3's words of uploads to the inbox; it asks for those again that it could not work off. */
export async function handler(
  event: SQSEvent,
  context?: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SQSBatchResponse> {
  const { aws } = loadConfig();
  if (!aws)
    throw new ConfigError('Uploads come by a queue with FACE_PROCESSING_BACKEND=aws_rekognition only.');
  inbox ??= openS3Inbox(aws);
  const remainingMs = () => context?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY;
  return workOffMessages({ ...(await enrollingPorts()), inbox }, aws.bucket, event, remainingMs);
}
