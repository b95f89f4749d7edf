import { noteDetail } from '../audit/scope.ts';
import { activeEntry } from '../blacklist/blacklist-record.ts';
import type { KeepChoice } from '../contract/fields.ts';
import type { UploadContentType, UploadForm } from '../contract/uploads.ts';
import type { Origin } from '../origin.ts';
import type { RecordStore } from '../records/port.ts';
import { uploadDetail } from './key.ts';
import type { Upload, Uploads } from './port.ts';

/** A client's request for an upload. */
export interface UploadWish {
  readonly contentType: UploadContentType;
  /** Address at which the client reached the API, if known: an origin, and a prefix if there is one. */
  readonly origin: string | undefined;
}

/**
 * Lets a client send a picture that a later request will name.
 * @param wish `picture` is its origin, for a request that tells none itself
 * @throws BackendUnavailableError
 */
export async function createProcessUpload(
  { uploads }: { readonly uploads: Uploads },
  { keep = 'all', ...wish }: UploadWish & { readonly keep?: KeepChoice; readonly picture?: Origin },
): Promise<UploadForm> {
  const target = { kind: 'process', keep, ...(wish.picture && { origin: wish.picture }) } as const;
  return uploadForm(await uploads.create(target, wish.contentType), wish);
}

/**
 * Lets a client send a picture of an entry. The picture is indexed when it arrives.
 * @throws EntryNotFoundError, BackendUnavailableError
 */
export async function createEntryUpload(
  { records, uploads }: { readonly records: RecordStore; readonly uploads: Uploads },
  entryId: number,
  wish: UploadWish,
): Promise<UploadForm> {
  await activeEntry({ records }, entryId);
  return uploadForm(await uploads.create({ kind: 'entry', entryId }, wish.contentType), wish);
}

/** Describes an upload in the contract's terms. */
function uploadForm({ url, fields, image, maxBytes, expiresAt }: Upload, { origin }: UploadWish): UploadForm {
  // Whoever was given the form answers for what comes by it.
  const detail = uploadDetail(image);
  if (detail !== undefined) noteDetail(detail);
  return {
    url: origin !== undefined && url.startsWith('/') ? `${origin}${url}` : url,
    fields: { ...fields },
    image,
    max_bytes: maxBytes,
    expires_at: expiresAt.toISOString(),
  };
}
