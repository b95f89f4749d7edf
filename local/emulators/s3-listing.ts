import type { Context } from 's3rver/lib/stores/filesystem.js';

/** A listing's answer, before it becomes XML. */
interface Listing {
  readonly IsTruncated: boolean;
  readonly Contents: readonly { readonly Key: string }[];
}

/**
 * Makes listings longer than a page work: s3rver enciphers its continuation tokens by DES, which Node's
 * OpenSSL has no more. The newer kind of listing is asked for as the older one here, which goes on after a
 * key, and that key is the token.
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
