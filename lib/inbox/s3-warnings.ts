import { ListObjectsV2Command, type _Object as StoredObject } from '@aws-sdk/client-s3';
import { type BucketPlace, createS3Client } from '../s3.ts';
import { passedOverWarning, systemPath } from '../system-names.ts';
import { inboxPrefix, rejectedPrefix, rejectedWarning } from './port.ts';

/** Milliseconds after which an upload's event was delivered for the last time. */
const longMs = 75 * 60_000;

/** Warns of files that have been in a bucket's inbox for too long, or were rejected. It never throws. */
export async function bucketInboxWarnings({ region, bucket }: BucketPlace): Promise<string[]> {
  const client = createS3Client(region);
  try {
    const list = new ListObjectsV2Command({ Bucket: bucket, Prefix: inboxPrefix });
    const listRejected = new ListObjectsV2Command({ Bucket: bucket, Prefix: rejectedPrefix });
    const [{ Contents: objects = [] }, { Contents: rejected = [], IsTruncated: isMore = false }] =
      await Promise.all([client.send(list), client.send(listRejected)]);
    const count = rejected.filter(({ Key: key = '' }) => !key.endsWith('/')).length;
    const before = Date.now() - longMs;
    const stuck = objects.filter(
      ({ Key: key = '', LastModified: modified }) =>
        !key.endsWith('/') &&
        !systemPath(key.slice(inboxPrefix.length).split('/')) &&
        (modified?.getTime() ?? Date.now()) < before,
    );
    return [
      stuck.length > 0 &&
        `${stuck.length} pictures have been in the bucket's inbox/ for more than an hour. Either they could not be indexed: see the queue of dead letters. Or ` +
          'they were, and may not be removed: allow s3:DeleteObject on inbox/*, or remove them. They are not indexed a second time.',
      passedOverWarning(passedOverIn(objects)),
      count > 0 && rejectedWarning(count, isMore, `the bucket's ${rejectedPrefix}`, 'in its metadata'),
    ].filter((warning) => typeof warning === 'string');
  } catch {
    return ["The bucket's inbox/ can't be listed."];
  } finally {
    client.destroy();
  }
}

/** Lists the names for which files of the inbox stay there. */
function passedOverIn(objects: readonly StoredObject[]): ReadonlySet<string> {
  const names = objects.flatMap(
    ({ Key: key = '' }) => systemPath(key.slice(inboxPrefix.length).split('/')) ?? [],
  );
  return new Set(names.flatMap(({ label, isPerhapsMeant }) => (isPerhapsMeant ? [label] : [])));
}
