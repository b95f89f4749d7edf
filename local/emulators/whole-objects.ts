import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import pLimit from 'p-limit';
import FilesystemStore, { type StoredObject } from 's3rver/lib/stores/filesystem.js';
import { decodeAwsChunks, isAwsChunked } from './aws-chunked.ts';
import { OldVersions } from './s3-versions.ts';

/**
 * Store of s3rver, with promises of S3 that s3rver does not keep:
 *
 * - An object is replaced as a whole, and is there once the answer says so.
 * - Simultaneous puts, deletes and lists do not fail.
 * - Bodies may be in AWS's chunked encoding.
 *
 * Operations on an object's files run one at a time. Only bodies are written and read in parallel.
 */
export class WholeObjectStore extends FilesystemStore {
  readonly #turn = pLimit(1);
  readonly #isVersioned: boolean;
  readonly oldVersions = new OldVersions();

  /** @param isVersioned keeps what is replaced and deleted. */
  constructor(root: string, isVersioned = false) {
    super(root);
    this.#isVersioned = isVersioned;
  }

  override async putObject(object: StoredObject): Promise<{ size: number; md5: string }> {
    const { bucket, key } = object;
    // The file lies in the root, where s3rver takes folders for buckets and ignores files.
    const temporary = join(this.rootDirectory, `.put-${randomUUID()}`);
    try {
      const { size, md5 } = await write(bodyOf(object), temporary);
      await this.#turn(async () => {
        const path = this.getResourcePath(bucket, key, 'object');
        await this.#keepVersion(bucket, key);
        await mkdir(dirname(path), { recursive: true });
        await rename(temporary, path);
        await this.putMetadata(bucket, key, metadataOf(object), md5);
      });
      return { size, md5 };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  override async putPart(bucket: string, uploadId: string, partNumber: string, content: IncomingMessage) {
    const bytes = await buffer(isAwsChunked(content.headers) ? decodeAwsChunks(content) : content);
    const path = join(this.getResourcePath(bucket, '', 'uploads'), uploadId, partNumber);
    await writeFile(path, bytes);
    return { size: bytes.length, md5: createHash('md5').update(bytes).digest('hex') };
  }

  /** Returns a stream whose file is open already, so that a replacement does not change it. */
  override getObject(...request: Parameters<FilesystemStore['getObject']>) {
    return this.#turn(() => super.getObject(...request));
  }

  override listObjects(...request: Parameters<FilesystemStore['listObjects']>) {
    return this.#turn(() => super.listObjects(...request));
  }

  override copyObject(...request: Parameters<FilesystemStore['copyObject']>) {
    return this.#turn(() => super.copyObject(...request));
  }

  override async deleteObject(bucket: string, key: string): Promise<void> {
    await this.#turn(async () => {
      await this.#keepVersion(bucket, key);
      if (await this.existsObject(bucket, key)) await super.deleteObject(bucket, key);
    });
  }

  /** Deletes the present version, of which nothing stays. */
  async deleteForGood(bucket: string, key: string): Promise<void> {
    await this.#turn(async () => {
      if (await this.existsObject(bucket, key)) await super.deleteObject(bucket, key);
    });
  }

  async #keepVersion(bucket: string, key: string): Promise<void> {
    if (!this.#isVersioned || !(await this.existsObject(bucket, key))) return;
    const bytes = await readFile(this.getResourcePath(bucket, key, 'object'));
    this.oldVersions.add({ bucket, key, bytes, modified: new Date() });
  }
}

function bodyOf({ content, metadata }: StoredObject): AsyncIterable<Uint8Array> {
  if (!(content instanceof Readable)) return Readable.from([content]);
  return isAwsChunked((content as Partial<IncomingMessage>).headers ?? metadata)
    ? decodeAwsChunks(content)
    : content;
}

/** Removes the chunked encoding from the metadata. It belongs to the request, not to the object. */
function metadataOf({ metadata }: StoredObject): Record<string, unknown> {
  const { 'content-encoding': encoding, ...others } = metadata;
  const left = String(encoding ?? '').replace(/^aws-chunked(,\s*|$)/, '');
  return left === '' ? others : { ...others, 'content-encoding': left };
}

async function write(body: AsyncIterable<Uint8Array>, path: string): Promise<{ size: number; md5: string }> {
  const hash = createHash('md5');
  let size = 0;
  await pipeline(
    body,
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(path),
  );
  return { size, md5: hash.digest('hex') };
}
