import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type BucketPlace, createS3Client, isAbsent, s3Unavailable } from '../s3.ts';
import type { Delivery, ImageDelivery } from './port.ts';

/** How long a URL gives its picture out. */
const urlSeconds = 300;

/**
 * Gives pictures out by URLs, for through API Gateway none of more than 4.5 MB would pass. They are signed here, with the credentials of this
 * process, which must be allowed to get such keys.
 */
export function openS3Delivery({ region, bucket }: BucketPlace): ImageDelivery {
  const client = createS3Client(region);
  return {
    async deliver(key): Promise<Delivery | undefined> {
      const object = { Bucket: bucket, Key: key };
      try {
        // Who follows the URL of an absent object would be told so by S3, in its own words.
        await client.send(new HeadObjectCommand(object));
        const request = new GetObjectCommand({
          ...object,
          ResponseCacheControl: 'private, no-store',
          ResponseContentDisposition: 'inline',
        });
        return { url: await getSignedUrl(client, request, { expiresIn: urlSeconds }) };
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw s3Unavailable(error);
      }
    },
  };
}
