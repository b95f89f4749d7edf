import { createHash } from 'node:crypto';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { BackendUnavailableError } from '../errors.ts';
import { type BucketPlace, createS3Client, getObject, isAbsent, isRefused, maxKeyBytes } from '../s3.ts';
import { InboxNotes, type NoteStorage } from './notes.ts';
import { type Inbox, type InboxFile, inboxNotesPrefix, inboxPrefix, rejectedPrefix } from './port.ts';

/** Limit on a reason's characters: S3 takes 2 KB of metadata. */
const maxReasonLength = 1000;
const retryAfterSeconds = 5;
/**
 * Milliseconds after which a function's run has surely ended. Its event is delivered again later than that.
 */
const maxRunMs = 5 * 60_000;
const maxNoteBytes = 1024;

/**
 * Opens the inbox in an S3 bucket, with notes on earlier work below `inbox-notes/`. The reason of a rejected
 * object is its metadata `reason`. The caller must be allowed to list the bucket: otherwise S3 does not say
 * that an object is gone.
 */
export function openS3Inbox({ region, bucket }: BucketPlace): Inbox {
  return new S3Inbox(createS3Client(region), bucket);
}

class S3Inbox implements Inbox {
  readonly notes: InboxNotes;
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
    this.notes = new InboxNotes(bucketNotes(client, bucket), maxRunMs);
  }

  read(key: string, maxBytes: number): Promise<InboxFile | undefined> {
    return attempt(async () => {
      const object = { Bucket: this.#bucket, Key: key };
      const { bytes, etag, modified } = await getObject(this.#client, object, maxBytes);
      // A picture that is uploaded once more has the same etag, so the mark contains the time too.
      return { key, version: etag, mark: JSON.stringify([key, etag, modified?.toISOString() ?? '']), bytes };
    });
  }

  /** Removes the object if it is unchanged. A newer one has an event of its own. */
  async remove({ key, version, mark }: InboxFile): Promise<boolean> {
    const object = { Bucket: this.#bucket, Key: key, IfMatch: version };
    const isLeft = await attempt(async () => {
      try {
        await this.#client.send(new DeleteObjectCommand(object));
      } catch (error) {
        if (!isRefused(error)) throw error;
        return true;
      }
    });
    if (isLeft) return false;
    await this.notes.forget(mark);
    return true;
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
    await this.notes.forget(file.mark);
  }
}

function bucketNotes(client: S3Client, bucket: string): NoteStorage {
  const object = (name: string) => ({ Bucket: bucket, Key: inboxNotesPrefix + name });
  return {
    async get(name) {
      const note = await attempt(() => getObject(client, object(name), maxNoteBytes));
      return note?.bytes && Buffer.from(note.bytes).toString();
    },
    async put(name, text) {
      await attempt(() => client.send(new PutObjectCommand({ ...object(name), Body: text })));
    },
    async delete(name) {
      await attempt(() => client.send(new DeleteObjectCommand(object(name))));
    },
  };
}

function rejectedKey(key: string): string {
  const rejected = rejectedPrefix + key.slice(inboxPrefix.length);
  if (Buffer.byteLength(rejected) <= maxKeyBytes) return rejected;
  return rejectedPrefix + createHash('sha256').update(key).digest('hex');
}

/** Replaces other characters than ASCII, because metadata is sent in HTTP headers. */
function asciiReason(reason: string): string {
  return reason.replaceAll(/[^\x20-\x7e]+/g, '?').slice(0, maxReasonLength);
}

/**
 * Runs `work`, and returns `undefined` if the object is gone or replaced. The SDK's errors become errors of
 * this service.
 */
async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isAbsent(error) || isReplaced(error)) return undefined;
    // Only the error's name is kept: S3's message may repeat the key, which contains a person's name, and
    // would be logged.
    const cause = error instanceof S3ServiceException ? `S3: ${error.name}` : error;
    throw new BackendUnavailableError('The inbox is not available.', retryAfterSeconds, { cause });
  }
}

function isReplaced(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412;
}
