import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AwsConfig } from '../config.ts';
import { createS3Client, isAbsent } from '../s3.ts';
import type { Find } from './check-files.ts';
import { foundIn, patternsFor } from './find.ts';
import type { Trace } from './traces.ts';

const inflate = promisify(inflateRaw);

/**
 * Searches every item of the table, and every version of every object of the bucket with its key and
 * metadata.
 * @param searched is told of each item, and of each version of an object
 * @throws the SDK's errors
 */
export async function* findInCloud(
  aws: AwsConfig,
  traces: readonly Trace[],
  searched = () => {},
): AsyncGenerator<Find> {
  if (aws.tableName !== undefined) yield* findInTable(aws.region, aws.tableName, traces, searched);
  yield* findInBucket(aws, traces, searched);
}

async function* findInTable(
  region: string,
  TableName: string,
  traces: readonly Trace[],
  searched: () => void,
): AsyncGenerator<Find> {
  const client = new DynamoDBClient({ region });
  const bytes = traces.map((trace) => trace.sought);
  let ExclusiveStartKey: ScanCommand['input']['ExclusiveStartKey'];
  do {
    const page = await client.send(new ScanCommand({ TableName, ExclusiveStartKey, ConsistentRead: true }));
    for (const raw of page.Items ?? []) {
      searched();
      const item = unmarshall(raw);
      for (const number of foundIn(await textOf(item), bytes)) {
        yield {
          label: traces[number]?.label ?? '',
          place: `item ${item.pk} / ${item.sk} of table ${TableName}`,
        };
      }
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  client.destroy();
}

/**
 * Answers about pictures are compressed. A part of a long one can't be read alone: it is searched as it is.
 */
async function textOf(item: Record<string, unknown>): Promise<Buffer> {
  const parts = [Buffer.from(JSON.stringify(item))];
  for (const value of Object.values(item)) {
    if (!(value instanceof Uint8Array)) continue;
    parts.push(Buffer.from(value), await inflate(value).catch(() => Buffer.alloc(0)));
  }
  return Buffer.concat(parts);
}

function unlessAbsent(error: unknown): undefined {
  if (!isAbsent(error)) throw error;
}

async function* findInBucket(
  { region, bucket }: AwsConfig,
  traces: readonly Trace[],
  searched: () => void,
): AsyncGenerator<Find> {
  const client = createS3Client(region);
  const bytes = traces.map((trace) => trace.sought);
  let next: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
  while (next) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, ...next }),
    );
    for (const { Key = '' } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
      for (const number of foundIn(Buffer.from(Key), bytes)) {
        yield { label: traces[number]?.label ?? '', place: `a key in bucket ${bucket}` };
      }
    }
    for (const { Key, VersionId } of page.Versions ?? []) {
      searched();
      const object = await client
        .send(new GetObjectCommand({ Bucket: bucket, Key, VersionId }))
        .catch(unlessAbsent);
      // Somebody has deleted it since it was listed.
      if (!object) continue;
      const content = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
      const metadata = Buffer.from(JSON.stringify(object.Metadata ?? {}));
      const inContent = foundIn(content, patternsFor(content, bytes));
      for (const number of new Set([...foundIn(metadata, bytes), ...inContent])) {
        yield { label: traces[number]?.label ?? '', place: `s3://${bucket}/${Key} (version ${VersionId})` };
      }
    }
    next = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
  client.destroy();
}
