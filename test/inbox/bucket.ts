import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { openS3Inbox } from '../../lib/inbox/s3.ts';
import { bucketInboxWarnings } from '../../lib/inbox/s3-warnings.ts';
import { type BucketPlace, createS3Client, isAbsent } from '../../lib/s3.ts';
import type { OpenedInbox } from '../suites/inbox.ts';

/** Opens an inbox in an S3 bucket, which the tests reach through the SDK. */
export function openedBucket(place: BucketPlace): OpenedInbox {
  const client = createS3Client(place.region);
  const object = (Key: string) => ({ Bucket: place.bucket, Key });
  const keysBelow = async (Prefix: string) => {
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: place.bucket, Prefix }));
    return (Contents ?? []).flatMap(({ Key }) => Key ?? []);
  };
  const keys = async () => [...(await keysBelow('inbox/')), ...(await keysBelow('rejected/'))].sort();
  const discard = async (key: string) => {
    await client.send(new DeleteObjectCommand(object(key)));
  };
  return {
    inbox: openS3Inbox(place),
    another: () => openS3Inbox(place),
    async put(key, bytes) {
      await client.send(new PutObjectCommand({ ...object(key), Body: bytes }));
    },
    async get(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand(object(key)));
        return await Body?.transformToByteArray();
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    keys,
    async reasonOf(key) {
      return (await client.send(new HeadObjectCommand(object(key)))).Metadata?.reason;
    },
    warnings: () => bucketInboxWarnings(place),
    discard,
    async remove() {
      for (const key of [...(await keys()), ...(await keysBelow('inbox-notes/'))]) await discard(key);
      client.destroy();
    },
  };
}
