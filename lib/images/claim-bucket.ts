import { GetObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { batches } from '../batches.ts';
import { ConfigError } from '../config.ts';
import type { RecordStore } from '../records/port.ts';
import { type BucketPlace, createS3Client, isAbsent, s3Unavailable } from '../s3.ts';
import { bucketOwnerKey, imageIdOfKey, pictureIdOfKey } from './key.ts';
import type { ImageStore } from './port.ts';

/** So many pictures are looked at, of each kind, to learn whether those of a bucket without an owner are known. */
const sampleSize = 100;

/**
 * Makes the bucket this record store's. The sweep removes pictures that no record knows: in another deployment's bucket that would be all
 * of them.
 * @param owner the record store's own id
 * @throws ConfigError when the bucket is another's, or is nobody's and has pictures in it of which these records know none.
 * @throws BackendUnavailableError when the bucket can't be read or written.
 */
export async function claimBucket(
  { region, bucket }: BucketPlace,
  owner: string,
  stores: { readonly records: RecordStore; readonly images: ImageStore },
): Promise<void> {
  const client = createS3Client(region);
  try {
    let present = await readOwner(client, bucket);
    if (present === undefined && !(await areStrange(stores))) {
      await becomeOwner(client, bucket, owner);
      // Of several who claim it at once, the first one gets it.
      present = await readOwner(client, bucket);
    }
    if (present !== owner) {
      throw new ConfigError(
        `The bucket ${bucket} has pictures in it that these records know nothing of: it belongs to another table or database, or to ` +
          `somebody else. Choose an empty bucket, or the records that belong to it.`,
      );
    }
  } catch (error) {
    throw error instanceof ConfigError ? error : s3Unavailable(error);
  } finally {
    client.destroy();
  }
}

async function readOwner(client: S3Client, bucket: string): Promise<string | undefined> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: bucketOwnerKey }));
    return await Body?.transformToString();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function becomeOwner(client: S3Client, bucket: string, owner: string): Promise<void> {
  const object = { Bucket: bucket, Key: bucketOwnerKey, Body: owner, ContentType: 'text/plain' };
  try {
    await client.send(new PutObjectCommand({ ...object, IfNoneMatch: '*' }));
  } catch (error) {
    // Somebody else was faster: 412 Precondition Failed, or 409 Conflict while both are at it.
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
    if (status !== 412 && status !== 409) throw error;
  }
}

/** Whether there are pictures with names as ours, and no record knows any of the first ones. */
async function areStrange({
  records,
  images,
}: {
  readonly records: RecordStore;
  readonly images: ImageStore;
}): Promise<boolean> {
  let areThere = false;
  for (const prefix of ['blacklist/', 'processed/'] as const) {
    for await (const sample of batches(images.list(prefix), sampleSize)) {
      const imageIds = sample.flatMap(({ key }) => imageIdOfKey(key) ?? []);
      const pictureIds = sample.flatMap(({ key }) => pictureIdOfKey(key) ?? []);
      if ((await records.getImages(imageIds)).size > 0) return false;
      if ((await records.findProcessed(pictureIds)).size > 0) return false;
      areThere ||= imageIds.length + pictureIds.length > 0;
      break;
    }
  }
  return areThere;
}
