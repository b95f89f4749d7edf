import type { S3Client } from '@aws-sdk/client-s3';
import { s3Credentials } from '../s3-credentials.ts';
import { imageTooLarge, invalidS3Object, RekognitionError, unreadableS3Object } from './errors.ts';
import type { Image } from './parameters.ts';

/** Pictures that come out of S3. */
const maxS3ImageBytes = 15 * 1024 * 1024;
const downloadTimeoutMs = 20_000;

/** Reads pictures out of S3, or what stands in for it. */
export interface ObjectReader {
  /**
   * @throws RekognitionError `InvalidS3ObjectException` when it can't be had, `ImageTooLargeException` when it has more than 15 MB;
   * of such a one, no more than that is read.
   */
  read(object: NonNullable<Image['S3Object']>): Promise<Uint8Array>;
  close(): void;
}

/**
 * The client is made at the first call.
 * @param endpoint of a stand-in for S3; without it the SDK's own settings count, `AWS_ENDPOINT_URL_S3` among them.
 */
export function createObjectReader(endpoint: string | undefined): ObjectReader {
  let opening: Promise<S3Client> | undefined;
  let opened: S3Client | undefined;
  const open = async () => {
    opening ??= createClient(endpoint);
    opened = await opening;
    return opened;
  };
  return {
    async read({ Bucket, Name, Version }) {
      if (!Bucket || !Name) throw invalidS3Object();
      try {
        const { GetObjectCommand } = await import('@aws-sdk/client-s3');
        const command = new GetObjectCommand({ Bucket, Key: Name, VersionId: Version });
        const client = await open();
        const { Body, ContentLength } = await client.send(command, {
          abortSignal: AbortSignal.timeout(downloadTimeoutMs),
        });
        return await collect(Body as AsyncIterable<Uint8Array>, ContentLength ?? 0);
      } catch (error) {
        throw error instanceof RekognitionError ? error : unreadableS3Object(error);
      }
    },
    close: () => opened?.destroy(),
  };
}

async function createClient(endpoint: string | undefined): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const environment = process.env;
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1';
  if (endpoint !== undefined) {
    return new S3Client({ endpoint, region, forcePathStyle: true, credentials: s3Credentials });
  }
  const isEmulated = Boolean(environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL);
  const hasCredentials = Boolean(environment.AWS_ACCESS_KEY_ID || environment.AWS_PROFILE);
  return new S3Client({
    region,
    ...(isEmulated && { forcePathStyle: true }),
    // The SDK would look for credentials on other machines.
    ...(isEmulated && !hasCredentials && { credentials: s3Credentials }),
  });
}

/** Leaving the loop early ends the download. */
async function collect(body: AsyncIterable<Uint8Array>, announced: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = announced > maxS3ImageBytes ? announced : 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxS3ImageBytes) throw imageTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
