import { InputUnreadableError } from '../errors.ts';
import { noteOrigin, originOfMetadata } from '../origin.ts';
import {
  type BucketPlace,
  createS3Client,
  getObject,
  isAbsent,
  isRefused,
  maxKeyBytes,
  s3Unavailable,
} from '../s3.ts';
import { eraseVersions } from '../s3-versions.ts';
import { isUploadName } from '../upload-name.ts';
import { pictureTooLarge } from './too-large.ts';

/** Prefixes that clients may name. They contain nothing but pictures. */
const readablePrefixes = ['uploads', 'inbox', 'blacklist', 'processed', 'cropped'];

/**
 * Creates a reader of pictures in this service's own bucket, given as `s3://bucket/key`. It reads no other
 * bucket: clients must not use this service's permissions there.
 *
 * The reader throws `InputTooLargeError` when the picture has more than `maxImageBytes`. It throws
 * `BackendUnavailableError` when S3 fails. It throws `InputUnreadableError` for everything else: another
 * bucket or prefix, a missing object, or one that S3 refuses.
 * @param uploadsAlone true for clients who may not see what the service keeps
 */
export function createS3Reader({
  region,
  bucket,
  maxImageBytes,
  uploadsAlone = false,
}: BucketPlace & { readonly maxImageBytes: number; readonly uploadsAlone?: boolean }): (
  uri: string,
) => Promise<Uint8Array> {
  const client = createS3Client(region);
  const prefixes = uploadsAlone ? ['uploads'] : readablePrefixes;
  return async (uri) => {
    const key = readableKey(uri, bucket, prefixes);
    try {
      const { bytes, metadata } = await getObject(client, { Bucket: bucket, Key: key }, maxImageBytes);
      if (bytes) {
        noteOrigin(bytes, originOfMetadata(metadata));
        return bytes;
      }
    } catch (error) {
      // Both get the same error, so that nobody can find out which keys exist.
      if (isAbsent(error) || isRefused(error)) {
        throw new InputUnreadableError('There is no readable picture of that key in the bucket.', {
          cause: error,
        });
      }
      throw s3Unavailable(error);
    }
    throw pictureTooLarge(maxImageBytes);
  };
}

/**
 * Creates the function that deletes the upload that a URI names, with all its versions, and leaves all other
 * objects.
 *
 * The function throws `BackendUnavailableError` when S3 fails.
 */
export function createS3Forgetter({ region, bucket }: BucketPlace): (uri: string) => Promise<void> {
  const client = createS3Client(region);
  return async (uri) => {
    const [, named, name = ''] = /^s3:\/\/([^/]*)\/uploads\/([^/]*)$/i.exec(uri) ?? [];
    if (named !== bucket || !isUploadName(name)) return;
    await eraseVersions(client, bucket, `uploads/${name}`).catch((error: unknown) => {
      throw s3Unavailable(error);
    });
  };
}

/**
 * Reads the key from a URI, if clients may read it.
 * @throws InputUnreadableError
 */
function readableKey(uri: string, ownBucket: string, prefixes: readonly string[]): string {
  const [, bucket, key] = /^s3:\/\/([^/]*)\/(.*)$/is.exec(uri) ?? [];
  if (bucket !== ownBucket || key === undefined) {
    throw new InputUnreadableError("Pictures in S3 are read from this service's own bucket only.");
  }
  if (isReadableKey(key, prefixes)) return key;
  throw new InputUnreadableError(
    `A picture in S3 is named s3://<bucket>/<key>, and its key starts with one of ${prefixes.map((prefix) => `${prefix}/`).join(', ')}.`,
  );
}

/**
 * Returns true for a key of whole segments below one of the prefixes. The segments may contain any letters,
 * because people's names are among them.
 */
function isReadableKey(key: string, prefixes: readonly string[]): boolean {
  const segments = key.split('/');
  return (
    segments.length > 1 &&
    prefixes.includes(segments[0] ?? '') &&
    segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..') &&
    !/\p{Cc}/u.test(key) &&
    key.isWellFormed() &&
    Buffer.byteLength(key) <= maxKeyBytes
  );
}
