import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import { allOrFirstError } from './promises.ts';

const deletionsAtOnce = 10;
/** S3 says so where versions may not be listed, or are not known of. */
const withoutVersions = ['AccessDenied', 'NotImplemented', 'MethodNotAllowed'];

/**
 * Deletes the objects with a key, or with all keys below a prefix that ends with a slash, and every version
 * of them. Where the caller may not see versions, the objects alone are deleted.
 * @param isMeant tells which of the keys with the prefix are deleted, where it is neither
 * @returns how many versions went beyond the present ones; `undefined` where they could not be seen.
 * @throws the SDK's errors
 */
export async function eraseVersions(
  client: S3Client,
  bucket: string,
  keyOrPrefix: string,
  isMeant = (key: string) => keyOrPrefix.endsWith('/') || key === keyOrPrefix,
): Promise<number | undefined> {
  const limit = pLimit(deletionsAtOnce);
  let erased = 0;
  let next: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  try {
    for (;;) {
      const page = await client.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix: keyOrPrefix, ...next }),
      );
      const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].filter(({ Key = '' }) =>
        isMeant(Key),
      );
      await allOrFirstError(
        versions.map(({ Key, VersionId }) =>
          limit(() => client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }))),
        ),
      );
      erased += versions.length;
      if (!page.IsTruncated) return erased;
      next = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
  } catch (error) {
    if (!(error instanceof S3ServiceException) || !withoutVersions.includes(error.name)) throw error;
    if (!keyOrPrefix.endsWith('/') && isMeant(keyOrPrefix)) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOrPrefix }));
    }
    return undefined;
  }
}
