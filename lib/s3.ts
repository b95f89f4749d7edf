import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { BackendUnavailableError, ServiceError } from './errors.ts';
import { withoutLog } from './sdk-client.ts';

/** Parts that all adapters on S3 share: the client's settings, and the meaning of its errors. */

/** A bucket and its region. */
export interface BucketPlace {
  readonly region: string;
  readonly bucket: string;
}

/** S3's limit on a key, in bytes of UTF-8. */
export const maxKeyBytes = 1024;

/** Attempts of one call. The SDK waits some 50 to 200 ms between them. */
const maxAttempts = 3;
const connectionTimeoutMs = 2_000;
/**
 * Longest silence of a connection. Three such attempts, and as many to undo each of two steps, take less than
 * API Gateway's limit of 29 seconds.
 */
const idleTimeoutMs = 2_500;
const retryAfterSeconds = 5;

/**
 * Makes a client. The SDK finds endpoint and credentials by itself, and sends nothing before the first call.
 */
export function createS3Client(region: string): S3Client {
  const client = new S3Client({
    region,
    forcePathStyle: wantsPathStyle(process.env),
    maxAttempts,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: connectionTimeoutMs, socketTimeout: idleTimeoutMs },
  });
  return withoutLog(client);
}

/** Domains of AWS's own endpoints, in all of its partitions. */
const awsDomains = [
  'amazonaws.com',
  'amazonaws.com.cn',
  'amazonaws.eu',
  'api.aws',
  'c2s.ic.gov',
  'cloud.adc-e.uk',
  'csp.hci.ic.gov',
  'sc2s.sgov.gov',
];

/**
 * Returns true if the environment names an endpoint outside of AWS's own domains, such as MinIO, Garage or an
 * emulator. Bucket names are no host names there, so they go into the path, also of presigned URLs and forms.
 */
export function wantsPathStyle(environment: Readonly<Record<string, string | undefined>>): boolean {
  if (environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true') return false;
  const endpoint = environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL || '';
  if (!URL.canParse(endpoint)) return false;
  const { hostname } = new URL(endpoint);
  return !awsDomains.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`));
}

/**
 * Returns true if S3 reports that there is no such object. It reports this only to callers that may list the
 * bucket, and refuses others.
 */
export function isAbsent(error: unknown): boolean {
  return ['NoSuchKey', 'NoSuchVersion', 'NotFound'].includes(nameOf(error) ?? '');
}

/**
 * Tells if a read failed because there is no such object. S3 says so only to callers that may list the whole
 * bucket, and refuses others. These look for the key in a list that has no other one, which they may see.
 */
export async function isMissing(
  client: S3Client,
  { Bucket, Key }: { readonly Bucket: string; readonly Key: string },
  error: unknown,
): Promise<boolean> {
  if (isAbsent(error)) return true;
  if (!(error instanceof S3ServiceException) || error.$metadata.httpStatusCode !== 403) return false;
  const list = new ListObjectsV2Command({ Bucket, Prefix: Key, MaxKeys: 1 });
  const { Contents: found = [] } = await client.send(list);
  return found.every((object) => object.Key !== Key);
}

/** Returns true if S3 refuses to deliver an object: to this caller, or because the object is archived. */
export function isRefused(error: unknown): boolean {
  return nameOf(error) === 'AccessDenied' || nameOf(error) === 'InvalidObjectState';
}

function nameOf(error: unknown): string | undefined {
  return error instanceof S3ServiceException ? error.name : undefined;
}

/**
 * Reads an object. If it has more than `maxBytes`, nothing is read and `bytes` is `undefined`.
 * @throws the SDK's errors
 */
export async function getObject(
  client: S3Client,
  object: { readonly Bucket: string; readonly Key: string },
  maxBytes: number,
): Promise<{
  readonly bytes: Uint8Array | undefined;
  readonly etag: string;
  readonly modified: Date | undefined;
  /** Keys without their prefix, in small letters. */
  readonly metadata: Readonly<Record<string, string>>;
}> {
  const answer = await client.send(new GetObjectCommand(object));
  const { Body, ContentLength, ETag: etag = '', LastModified: modified, Metadata: metadata = {} } = answer;
  // S3 always states the length.
  if (Body === undefined || ContentLength === undefined || ContentLength > maxBytes) {
    if (Body instanceof Readable) Body.destroy();
    return { bytes: undefined, etag, modified, metadata };
  }
  return { bytes: await Body.transformToByteArray(), etag, modified, metadata };
}

/** Runs `work`, and turns the SDK's errors into ours. */
export async function attemptS3<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw s3Unavailable(error);
  }
}

/**
 * Converts a failure of S3, such as throttling, to an error of this service. Errors of this service stay as
 * they are.
 */
export function s3Unavailable(cause: unknown): ServiceError {
  if (cause instanceof ServiceError) return cause;
  return new BackendUnavailableError('The bucket of pictures is not available.', retryAfterSeconds, {
    cause,
  });
}
