import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';

/** S3 says so where versions may not be listed, or are not known of. */
const withoutVersions = ['AccessDenied', 'NotImplemented', 'MethodNotAllowed'];

/**
 * Deletes the objects with a key, or with all keys below a prefix that ends with a slash, and every version
 * of them. Where the caller may not see versions, the objects alone are deleted.
 * @returns how many versions went beyond the present ones; `undefined` where they could not be seen.
 * @throws the SDK's errors
 */
export async function eraseVersions(
  client: S3Client,
  bucket: string,
  keyOrPrefix: string,
): Promise<number | undefined> {
  const isWanted = (key: string | undefined) => keyOrPrefix.endsWith('/') || key === keyOrPrefix;
  let erased = 0;
  let next: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  try {
    for (;;) {
      const page = await client.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix: keyOrPrefix, ...next }),
      );
      for (const { Key, VersionId } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
        if (!isWanted(Key)) continue;
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
        erased += 1;
      }
      if (!page.IsTruncated) return erased;
      next = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
  } catch (error) {
    if (!(error instanceof S3ServiceException) || !withoutVersions.includes(error.name)) throw error;
    if (!keyOrPrefix.endsWith('/')) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOrPrefix }));
    }
    return undefined;
  }
}
