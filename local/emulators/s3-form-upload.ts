import { createHmac, timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import type S3rver from 's3rver';
import S3Error from 's3rver/lib/models/error.js';
import EventOfObject from 's3rver/lib/models/event.js';
import type { Context } from 's3rver/lib/stores/filesystem.js';
import { ForbiddenError, InputTooLargeError, ServiceError } from '../../lib/errors.ts';
import { checkPolicy, within } from '../../lib/uploads/policy.ts';
import { readUploadForm } from '../server/uploads-form.ts';

/** S3's own limit is 5 GB; this one is for pictures. */
const maxFileBytes = 100 * 1024 * 1024;

/**
 * Makes POST uploads behave as in S3. s3rver accepts any form, whatever its policy and its signature.
 *
 * @param secret secret of the only pair of credentials.
 */
export function takeFormUploads(server: S3rver, secret: string) {
  return async (context: Context, next: () => Promise<void>): Promise<void> => {
    const bucket = /^\/([^/]+)\/?$/.exec(context.path)?.[1];
    const isForm = context.req.headers['content-type']?.startsWith('multipart/form-data') === true;
    if (context.method !== 'POST' || bucket === undefined || !isForm) return next();
    // The stack's bucket also lets in the pages of its CORS origins.
    context.set('Access-Control-Allow-Origin', '*');
    if ((await server.store.getBucket(bucket)) === null) {
      throw new S3Error('NoSuchBucket', 'The specified bucket does not exist');
    }
    try {
      await readUploadForm(context.req, {
        maxFileBytes,
        take: (fields, file) => put(server, context, { bucket, fields, file, secret }),
      });
    } catch (error) {
      throw error instanceof ServiceError ? inWordsOfS3(error) : error;
    }
    context.status = 204;
  };
}

async function put(
  server: S3rver,
  context: Context,
  form: {
    readonly bucket: string;
    readonly fields: ReadonlyMap<string, string>;
    readonly file: AsyncIterable<Uint8Array>;
    readonly secret: string;
  },
): Promise<void> {
  const { bucket, fields, file, secret } = form;
  const policy = fields.get('policy') ?? '';
  checkSignature(policy, fields, secret);
  const range = checkPolicy(policy, new Map([...fields, ['bucket', bucket]]), new Date());
  const key = fields.get('key') ?? '';
  const { size, md5 } = await server.store.putObject({
    bucket,
    key,
    content: Readable.from(within(range, file)),
    metadata: Object.fromEntries(fields),
  });
  const item = { key, size, metadata: { etag: JSON.stringify(md5) } };
  const request = { reqHeaders: context.req.headers, sourceIp: context.ip };
  server.emit('event', new EventOfObject({ bucket, eventType: 'Post', S3Item: item }, request));
}

/**
 * Verifies the signature (version 4) of a policy:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
 * @throws ForbiddenError
 */
function checkSignature(policy: string, fields: ReadonlyMap<string, string>, secret: string): void {
  const scope = fields.get('x-amz-credential')?.split('/').slice(1) ?? [];
  const key = scope.reduce<Buffer | string>((signer, part) => hmac(signer, part), `AWS4${secret}`);
  const wanted = hmac(key, policy);
  const given = Buffer.from(fields.get('x-amz-signature') ?? '', 'hex');
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw new ForbiddenError('The signature does not match.');
  }
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function inWordsOfS3(error: ServiceError): S3Error {
  if (error instanceof ForbiddenError) return new S3Error('AccessDenied', error.message);
  if (error instanceof InputTooLargeError) return new S3Error('EntityTooLarge', error.message);
  return new S3Error('InvalidArgument', error.message);
}
