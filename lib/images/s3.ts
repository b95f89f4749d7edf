import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { attemptS3, type BucketPlace, createS3Client, isAbsent, s3Unavailable } from '../s3.ts';
import { eraseVersions } from '../s3-versions.ts';
import { isKey } from './key.ts';
import { bucketLocator } from './location.ts';
import type { ImageStore, StoredImage } from './port.ts';

/**
 * The image store in an S3 bucket, under the keys as they are. What encrypts the objects, and for how long their old versions and
 * unfinished uploads stay, is the bucket's own business.
 */
export function openS3Images({ region, bucket }: BucketPlace): ImageStore {
  return new S3Images(createS3Client(region), bucket);
}

class S3Images implements ImageStore {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  /** The SDK sends a checksum of the bytes along: S3 refuses what does not arrive as it left. */
  async put(key: string, bytes: Uint8Array, contentType: string): Promise<void> {
    await attemptS3(() =>
      this.#client.send(
        new PutObjectCommand({ ...this.#object(key), Body: bytes, ContentType: contentType }),
      ),
    );
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand(this.#object(key)));
      return await Body?.transformToByteArray();
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw s3Unavailable(error);
    }
  }

  async delete(key: string): Promise<void> {
    await attemptS3(() => this.#client.send(new DeleteObjectCommand(this.#object(key))));
  }

  async erase(keyOrPrefix: string): Promise<number> {
    const erased = await attemptS3(() => eraseVersions(this.#client, this.#bucket, keyOrPrefix));
    if (erased !== undefined) return erased;
    if (!keyOrPrefix.endsWith('/')) return 1;
    // Without the right to see versions, what is there now goes.
    const pictures = await Array.fromAsync(this.list(keyOrPrefix as `${string}/`));
    for (const { key } of pictures) await this.delete(key);
    return pictures.length;
  }

  async *list(prefix: `${string}/`): AsyncGenerator<StoredImage> {
    let ContinuationToken: string | undefined;
    do {
      const request = new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: prefix, ContinuationToken });
      const page = await attemptS3(() => this.#client.send(request));
      for (const { Key: key, LastModified: modified } of page.Contents ?? []) {
        // What has another kind of name was not put here by us.
        if (key !== undefined && modified !== undefined && isKey(key)) yield { key, modified };
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }

  location(key: string): string {
    return bucketLocator(this.#bucket).location(key);
  }

  /** Nothing to do: an object is there whole or not at all. */
  async removeUnfinished(_olderThan: Date): Promise<number> {
    return 0;
  }

  async check(): Promise<void> {
    await attemptS3(() => this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket })));
  }

  #object(key: string) {
    return { Bucket: this.#bucket, Key: key };
  }
}
