import type { Context } from 's3rver/lib/stores/filesystem.js';

/**
 * Decodes the source of a copy. S3 expects it percent-encoded, and s3rver does not decode encodings such as
 * %2B, of characters that have a meaning in URLs.
 */
export async function readCopySource({ req }: Context, next: () => Promise<void>): Promise<void> {
  const source = req.headers['x-amz-copy-source'];
  if (typeof source === 'string') req.headers['x-amz-copy-source'] = encodeURI(decodeURIComponent(source));
  await next();
}
