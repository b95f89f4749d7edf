import { createHash } from 'node:crypto';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { BackendUnavailableError } from '../errors.ts';
import { type BucketPlace, createS3Client, getObject, isAbsent, maxKeyBytes } from '../s3.ts';
import { type Inbox, type InboxFile, inboxPrefix, rejectedPrefix } from './port.ts';

/** S3 takes 2 KB of metadata. */
const maxReasonLength = 1000;
const retryAfterSeconds = 5;

/**
 * The inbox in an S3 bucket. The reason of a rejected object is its metadata `reason`. The caller may list the bucket: to others, S3
 * does not tell that an object is gone.
 */
export function openS3Inbox({ region, bucket }: BucketPlace): Inbox {
  return new S3Inbox(createS3Client(region), bucket);
}

class S3Inbox implements Inbox {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  read(key: string, maxBytes: number): Promise<InboxFile | undefined> {
    return attempt(async () => {
      const object = { Bucket: this.#bucket, Key: key };
      const { bytes, etag } = await getObject(this.#client, object, maxBytes);
      return { key, version: etag, bytes };
    });
  }

  /** On condition that it is still the same: a newer one has an event of its own. */
  async remove({ key, version }: InboxFile): Promise<void> {
    const object = { Bucket: this.#bucket, Key: key, IfMatch: version };
    await attempt(() => this.#client.send(new DeleteObjectCommand(object)));
  }

  async reject(file: InboxFile, reason: string): Promise<void> {
    const copy = new CopyObjectCommand({
      Bucket: this.#bucket,
      Key: rejectedKey(file.key),
      CopySource: `${this.#bucket}/${file.key.split('/').map(encodeURIComponent).join('/')}`,
      CopySourceIfMatch: file.version,
      MetadataDirective: 'REPLACE',
      TaggingDirective: 'REPLACE',
      Metadata: { reason: asciiReason(reason) },
    });
    if (await attempt(() => this.#client.send(copy))) await this.remove(file);
  }
}

function rejectedKey(key: string): string {
  const rejected = rejectedPrefix + key.slice(inboxPrefix.length);
  if (Buffer.byteLength(rejected) <= maxKeyBytes) return rejected;
  return rejectedPrefix + createHash('sha256').update(key).digest('hex');
}

/** Metadata travels as HTTP headers. */
function asciiReason(reason: string): string {
  return reason.replaceAll(/[^\x20-\x7e]+/g, '?').slice(0, maxReasonLength);
}

/** What comes of `work`, `undefined` when the object is gone or another one is in its place. None of the SDK's errors gets out. */
async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isAbsent(error) || isReplaced(error)) return undefined;
    // S3's own words may repeat the key, and with it a person's name; this goes to the log.
    const cause = error instanceof S3ServiceException ? `S3: ${error.name}` : error;
    throw new BackendUnavailableError('The inbox is not available.', retryAfterSeconds, { cause });
  }
}

function isReplaced(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412;
}
