import { ListObjectsV2Command, S3ServiceException } from '@aws-sdk/client-s3';
import { BackendUnavailableError } from '../errors.ts';
import type { Leftovers } from '../images/leftovers.ts';
import { type BucketPlace, createS3Client } from '../s3.ts';
import { eraseVersions } from '../s3-versions.ts';

const retryAfterSeconds = 5;

/** The objects below `inbox/`, `rejected/` and `uploads/` of a bucket. */
export function openS3Leftovers({ region, bucket }: BucketPlace): Leftovers {
  const client = createS3Client(region);
  return {
    async *list(folder) {
      let ContinuationToken: string | undefined;
      do {
        const request = new ListObjectsV2Command({ Bucket: bucket, Prefix: `${folder}/`, ContinuationToken });
        const page = await attempt(() => client.send(request));
        for (const { Key: key, LastModified: since } of page.Contents ?? []) {
          if (key !== undefined && since !== undefined) yield { key, since };
        }
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },
    /** There are none in a bucket: what looks like one is an object, and listed. */
    async removeEmptyFolders() {},
    async delete({ key }) {
      await attempt(() => eraseVersions(client, bucket, key));
    },
  };
}

/** Runs `work`; S3's own words may repeat a key, and with it a person's name. */
async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const cause = error instanceof S3ServiceException ? `S3: ${error.name}` : error;
    throw new BackendUnavailableError('The inbox is not available.', retryAfterSeconds, { cause });
  }
}
