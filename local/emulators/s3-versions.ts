import { randomUUID } from 'node:crypto';
import type { Context } from 's3rver/lib/stores/filesystem.js';

/** An object as it was before it was replaced or deleted. */
export interface OldVersion {
  readonly bucket: string;
  readonly key: string;
  readonly id: string;
  readonly bytes: Buffer;
  readonly modified: Date;
}

/** The oldest go when there are more: they are in memory. */
const mostVersions = 2_000;

/** Old versions of the objects of a versioned bucket, in this process's memory. */
export class OldVersions {
  readonly #versions: OldVersion[] = [];

  add(version: Omit<OldVersion, 'id'>): void {
    if (this.#versions.length >= mostVersions) this.#versions.shift();
    this.#versions.push({ ...version, id: randomUUID() });
  }

  below(bucket: string, prefix: string): OldVersion[] {
    return this.#versions.filter((version) => version.bucket === bucket && version.key.startsWith(prefix));
  }

  find(id: string): OldVersion | undefined {
    return this.#versions.find((version) => version.id === id);
  }

  remove(id: string): void {
    const at = this.#versions.findIndex((version) => version.id === id);
    if (at !== -1) this.#versions.splice(at, 1);
  }
}

interface Listing {
  readonly Name: string;
  readonly IsTruncated: boolean;
  readonly Contents: readonly { readonly Key: string; readonly LastModified: string }[];
}

/** Store whose objects have versions. */
interface VersionedStore {
  readonly oldVersions: OldVersions;
  deleteForGood(bucket: string, key: string): Promise<void>;
}

/** Lists, reads and deletes versions, which s3rver knows nothing of. The present ones have the id `null`. */
export function showVersions(
  store: VersionedStore,
): (context: Context, next: () => Promise<void>) => Promise<void> {
  return async (context, next) => {
    const { versions, versionId, ...query } = context.query;
    const [, bucket = '', ...names] = decodeURIComponent(context.path).split('/');
    if (versionId !== undefined) {
      const old = store.oldVersions.find(versionId);
      if (context.method === 'DELETE') {
        if (versionId === 'null') await store.deleteForGood(bucket, names.join('/'));
        else store.oldVersions.remove(versionId);
        context.status = 204;
        return;
      }
      if (old) {
        context.body = old.bytes;
        return;
      }
    }
    if (context.method !== 'GET' || versions === undefined) return next();
    const { 'key-marker': marker, ...others } = query;
    context.query = { ...others, ...(marker !== undefined && { marker }) };
    await next();
    const { ListBucketResult: listing } = context.body as { ListBucketResult: Listing };
    const old = marker === undefined ? store.oldVersions.below(bucket, query.prefix ?? '') : [];
    context.body = { ListVersionsResult: versionsOf(listing, old) };
  };
}

function versionsOf({ Name, IsTruncated, Contents }: Listing, old: readonly OldVersion[]) {
  const present = Contents.map(({ Key, LastModified }) => ({
    Key,
    VersionId: 'null',
    IsLatest: true,
    LastModified,
  }));
  const before = old.map(({ key, id, modified }) => ({
    Key: key,
    VersionId: id,
    IsLatest: false,
    LastModified: modified.toISOString(),
  }));
  const last = Contents.at(-1)?.Key;
  return { Name, IsTruncated, ...(IsTruncated && { NextKeyMarker: last }), Version: [...present, ...before] };
}
