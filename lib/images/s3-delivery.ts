import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { attemptS3, type BucketPlace, createS3Client, isMissing, s3Unavailable } from '../s3.ts';
import type { Delivery, ImageDelivery } from './port.ts';

/** Seconds for which a URL is valid. */
const urlSeconds = 300;

/**
 * Hands pictures out by URL, because API Gateway passes no picture of more than 4.5 MB. This process signs
 * the URLs with its own credentials, which must be allowed to get such keys.
 */
export function openS3Delivery({ region, bucket }: BucketPlace): ImageDelivery {
  const client = createS3Client(region);
  return {
    async deliver(key, seconds = urlSeconds): Promise<Delivery | undefined> {
      const object = { Bucket: bucket, Key: key };
      try {
        // S3 itself would answer whoever follows the URL of an absent object, with an error page of its own.
        await client.send(new HeadObjectCommand(object));
        const request = new GetObjectCommand({
          ...object,
          ResponseCacheControl: 'private, no-store',
          ResponseContentDisposition: 'inline',
        });
        return { url: await getSignedUrl(client, request, { expiresIn: seconds }) };
      } catch (error) {
        if (await attemptS3(() => isMissing(client, object, error))) return undefined;
        throw s3Unavailable(error);
      }
    },
  };
}
