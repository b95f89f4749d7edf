import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { attemptS3, type BucketPlace, createS3Client, isMissing, s3Unavailable } from '../s3.ts';
import { eraseVersions } from '../s3-versions.ts';
import { isKey, largerKeyOf, smallerKeys } from './key.ts';
import { bucketLocator } from './location.ts';
import type { ImageStore, StoredImage } from './port.ts';

/**
 * Opens the image store in an S3 bucket, where objects have the pictures' keys. The bucket's own settings
 * decide on encryption, on old versions and on unfinished uploads.
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

  /** Writes a picture. The SDK sends a checksum with it, and S3 refuses bytes that changed on the way. */
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
      const isGone = await attemptS3(() => isMissing(this.#client, this.#object(key), error));
      if (isGone) return undefined;
      throw s3Unavailable(error);
    }
  }

  async has(key: string): Promise<boolean> {
    try {
      await this.#client.send(new HeadObjectCommand(this.#object(key)));
      return true;
    } catch (error) {
      if (await attemptS3(() => isMissing(this.#client, this.#object(key), error))) return false;
      throw s3Unavailable(error);
    }
  }

  async delete(key: string): Promise<void> {
    await attemptS3(async () => {
      await this.#client.send(new DeleteObjectCommand(this.#object(key)));
      await this.#deleteSmaller(key);
    });
  }

  /** Deletes the smaller pictures of a picture, in one request. Nobody knows which of them there are. */
  async #deleteSmaller(key: string): Promise<void> {
    const Objects = smallerKeys(key).map((Key) => ({ Key }));
    if (Objects.length === 0) return;
    const request = new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } });
    const { Errors: [failure] = [] } = await this.#client.send(request);
    if (failure) throw new Error(`S3 deleted ${failure.Key} not: ${failure.Code} ${failure.Message}`);
  }

  async erase(keyOrPrefix: string): Promise<number> {
    const erased = await attemptS3(() => eraseVersions(this.#client, this.#bucket, keyOrPrefix));
    if (!keyOrPrefix.endsWith('/') && largerKeyOf(keyOrPrefix) === undefined) {
      await attemptS3(() => this.#eraseSmaller(keyOrPrefix));
    }
    if (erased !== undefined) return erased;
    if (!keyOrPrefix.endsWith('/')) return 1;
    // Without the right to see versions, what is there now goes.
    const pictures = await Array.fromAsync(this.list(keyOrPrefix as `${string}/`));
    for (const { key } of pictures) await this.delete(key);
    return pictures.length;
  }

  /** Erases the smaller pictures of a picture, once that itself is gone. */
  async #eraseSmaller(key: string): Promise<void> {
    const smaller = new Set(smallerKeys(key));
    const isSmaller = (one: string) => smaller.has(one);
    const erased = await eraseVersions(this.#client, this.#bucket, `${key}.`, isSmaller);
    if (erased === undefined) await this.#deleteSmaller(key);
  }

  async *list(prefix: `${string}/`): AsyncGenerator<StoredImage> {
    let ContinuationToken: string | undefined;
    do {
      const request = new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: prefix, ContinuationToken });
      const page = await attemptS3(() => this.#client.send(request));
      for (const { Key: key, LastModified: modified } of page.Contents ?? []) {
        // An object whose name is no key is not ours.
        if (key !== undefined && modified !== undefined && isKey(key)) yield { key, modified };
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }

  location(key: string): string {
    return bucketLocator(this.#bucket).location(key);
  }

  /** Does nothing: S3 has an object whole, or not at all. */
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
