import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { meter } from '#metrics';
import { ConfigError, loadConfig } from '../lib/config.ts';
import type { Inbox } from '../lib/inbox/port.ts';
import { workOffMessages } from '../lib/inbox/queue.ts';
import { openS3Inbox } from '../lib/inbox/s3.ts';
import { enrollingPorts } from '../lib/wiring/open.ts';

let inbox: Inbox | undefined;

/** A queue of S3's words of uploads to the inbox; it asks for those again that it could not work off. */
export async function handler(
  event: SQSEvent,
  context?: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SQSBatchResponse> {
  const started = performance.now();
  const { aws } = loadConfig();
  if (!aws)
    throw new ConfigError('Uploads come by a queue with FACE_PROCESSING_BACKEND=aws_rekognition only.');
  inbox ??= openS3Inbox(aws);
  const remainingMs = () => context?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY;
  const ports = { ...(await enrollingPorts()), inbox };
  const response = await workOffMessages(ports, aws.bucket, event, remainingMs);
  meter.ended('indexUpload', (performance.now() - started) / 1000);
  return response;
}
