import type { IncomingMessage } from 'node:http';
import { type AwsCall, type NeededPermission, permission } from './call.ts';

/**
 * Reads which operation of S3 a request is, and which permissions it needs. Buckets are in the path.
 * @param body of a `DeleteObjects`; empty for others
 * @throws URIError for a key that can't be decoded
 */
export function s3Call(
  { method = '', headers }: IncomingMessage,
  { pathname, searchParams: query }: URL,
  body: string,
): AwsCall {
  const [, bucket = '', ...segments] = pathname.split('/').map(decodeURIComponent);
  const key = segments.join('/');
  if (bucket === '') return call('ListBuckets', permission('s3:ListAllMyBuckets', '*'));
  return key === ''
    ? bucketCall(method, bucket, query, body)
    : objectCall(method, { bucket, key }, query, headers);
}

function bucketCall(method: string, bucket: string, query: URLSearchParams, body: string): AwsCall {
  const arn = arnOf(bucket);
  const prefix = query.get('prefix');
  const facts = { 's3:prefix': [prefix ?? ''] };
  if (method === 'HEAD') return call('HeadBucket', permission('s3:ListBucket', arn));
  if (method === 'POST' && query.has('delete')) return deletionCall(bucket, body);
  // A form carries its own signed policy.
  if (method === 'POST') return call('PostObject');
  if (query.has('versions'))
    return call('ListObjectVersions', permission('s3:ListBucketVersions', arn, facts));
  if (method === 'GET') return call('ListObjectsV2', permission('s3:ListBucket', arn, facts));
  return call(method === 'PUT' ? 'CreateBucket' : 'DeleteBucket', permission(`s3:${method}Bucket`, arn));
}

function deletionCall(bucket: string, body: string): AwsCall {
  const objects = [...body.matchAll(/<Object>(.*?)<\/Object>/gs)].map(([, object = '']) => ({
    key: unescapeXml(/<Key>(.*?)<\/Key>/s.exec(object)?.[1] ?? ''),
    isVersion: object.includes('<VersionId>'),
  }));
  return {
    operation: 'DeleteObjects',
    needs: objects.map(({ key, isVersion }) =>
      permission(isVersion ? 's3:DeleteObjectVersion' : 's3:DeleteObject', arnOf(bucket, key)),
    ),
    deletedKeys: objects.map(({ key }) => key),
  };
}

function objectCall(
  method: string,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  query: URLSearchParams,
  headers: IncomingMessage['headers'],
): AwsCall {
  const arn = arnOf(bucket, key);
  const version = query.has('versionId') ? 'Version' : '';
  switch (method) {
    case 'GET':
      return call('GetObject', permission(`s3:GetObject${version}`, arn));
    case 'HEAD':
      return call('HeadObject', permission(`s3:GetObject${version}`, arn));
    case 'DELETE':
      if (query.has('uploadId'))
        return call('AbortMultipartUpload', permission('s3:AbortMultipartUpload', arn));
      return call('DeleteObject', permission(`s3:DeleteObject${version}`, arn));
    default: {
      const source = headers['x-amz-copy-source'];
      if (source === undefined) return call('PutObject', permission('s3:PutObject', arn));
      return call('CopyObject', ...sourceNeeds(String(source)), permission('s3:PutObject', arn));
    }
  }
}

function sourceNeeds(source: string): NeededPermission[] {
  const [path = '', version] = source.split('?');
  const [, bucket = '', key = ''] = /^\/?([^/]+)\/(.*)$/s.exec(decodeURIComponent(path)) ?? [];
  return [permission(version ? 's3:GetObjectVersion' : 's3:GetObject', arnOf(bucket, key))];
}

/** Returns the permission by which S3 tells that an object is absent, instead of refusing it. */
export function listingNeed({ pathname }: URL): NeededPermission {
  const [, bucket = ''] = pathname.split('/');
  return permission('s3:ListBucket', arnOf(decodeURIComponent(bucket)));
}

function arnOf(bucket: string, key?: string): string {
  return `arn:aws:s3:::${bucket}${key === undefined ? '' : `/${key}`}`;
}

function call(operation: string, ...needs: NeededPermission[]): AwsCall {
  return { operation, needs };
}

function unescapeXml(text: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(#x?)?(\w+);/g, (whole, numeric: string | undefined, name: string) => {
    if (numeric === undefined) return entities[name] ?? whole;
    return String.fromCodePoint(Number.parseInt(name, numeric === '#x' ? 16 : 10));
  });
}
