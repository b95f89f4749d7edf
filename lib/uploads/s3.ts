import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { bucketLocator } from '../images/location.ts';
import { attemptS3, type BucketPlace, createS3Client } from '../s3.ts';
import { uploadKey } from './key.ts';
import { originFieldsOf, type Uploads, uploadSeconds } from './port.ts';

/**
 * Opens uploads by presigned POST: S3 itself takes the picture, and checks its key, type and size. This
 * process signs the forms with its own credentials, which must be allowed to put such a key.
 */
export function openS3Uploads({
  region,
  bucket,
  maxImageBytes: maxBytes,
}: BucketPlace & { readonly maxImageBytes: number }): Uploads {
  const client = createS3Client(region);
  return {
    async create(target, contentType) {
      const key = uploadKey(target, contentType);
      const expiresAt = new Date(Date.now() + uploadSeconds * 1000);
      const { url, fields } = await attemptS3(() =>
        createPresignedPost(client, {
          Bucket: bucket,
          Key: key,
          Fields: { 'Content-Type': contentType, ...originFieldsOf(target) },
          Conditions: [['content-length-range', 1, maxBytes]],
          Expires: uploadSeconds,
        }),
      );
      return { url, fields, image: bucketLocator(bucket).location(key), maxBytes, expiresAt };
    },
    /** Does nothing: the bucket's lifecycle removes them. */
    removeStale: async () => 0,
  };
}
