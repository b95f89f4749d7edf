import type { Context } from 's3rver/lib/stores/filesystem.js';

/**
 * Makes copies of all keys work: S3 wants the source percent-encoded, and s3rver leaves encodings such as
 * %2B, of what has a meaning in URLs, as they are.
 */
export async function readCopySource({ req }: Context, next: () => Promise<void>): Promise<void> {
  const source = req.headers['x-amz-copy-source'];
  if (typeof source === 'string') req.headers['x-amz-copy-source'] = encodeURI(decodeURIComponent(source));
  await next();
}
