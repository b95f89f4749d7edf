import { GetObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { batches } from '../batches.ts';
import { ConfigError } from '../config.ts';
import type { RecordStore } from '../records/port.ts';
import { type BucketPlace, createS3Client, isAbsent, s3Unavailable } from '../s3.ts';
import { bucketOwnerKey, imageIdOfKey, pictureIdOfKey } from './key.ts';
import type { ImageStore } from './port.ts';

/**
 * Number of pictures of each kind that are looked up to learn if the records know an unowned bucket's
 * pictures.
 */
const sampleSize = 100;

/**
 * Makes this record store the bucket's owner. The sweep removes every picture that no record knows: in the
 * bucket of another deployment, it would remove them all.
 * @param owner the record store's own id
 * @throws ConfigError when the bucket has another owner, or has none and its pictures are unknown to these
 *   records
 * @throws BackendUnavailableError when the bucket can't be read or written
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
      // Reads it again: if several claim the bucket at once, the first one becomes its owner.
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
    // Another deployment was faster: S3 answers 412 Precondition Failed, or 409 Conflict while both write.
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
    if (status !== 412 && status !== 409) throw error;
  }
}

/** Tells if the bucket has pictures with keys like ours, and the records know none of the first ones. */
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
