import type { Context } from 's3rver/lib/stores/filesystem.js';

/** Answer of a listing, before it becomes XML. */
interface Listing {
  readonly IsTruncated: boolean;
  readonly Contents: readonly { readonly Key: string }[];
}

/**
 * Makes listings longer than a page work. s3rver encrypts its continuation tokens with DES, which Node's
 * OpenSSL no longer has. So a listing of the newer kind is turned into one of the older kind. That one goes
 * on after a key, and the key is the token.
 */
export async function pageListings(context: Context, next: () => Promise<void>): Promise<void> {
  const { 'list-type': type, 'continuation-token': token, 'start-after': after, ...query } = context.query;
  if (context.method !== 'GET' || type !== '2') return next();
  const marker = token === undefined ? after : Buffer.from(token, 'base64url').toString();
  context.query = { ...query, ...(marker !== undefined && { marker }) };
  await next();
  const { ListBucketResult: listing } = context.body as { ListBucketResult: Listing };
  const last = listing.Contents.at(-1)?.Key;
  context.body = {
    ListBucketResult: {
      ...listing,
      Marker: undefined,
      KeyCount: listing.Contents.length,
      ...(listing.IsTruncated &&
        last !== undefined && { NextContinuationToken: Buffer.from(last).toString('base64url') }),
    },
  };
}
