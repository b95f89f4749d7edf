import { activeEntry } from '../blacklist/blacklist-record.ts';
import type { KeepChoice } from '../contract/fields.ts';
import type { UploadContentType, UploadForm } from '../contract/uploads.ts';
import type { RecordStore } from '../records/port.ts';
import type { Upload, Uploads } from './port.ts';

/** Who asks, and for what. */
export interface UploadWish {
  readonly contentType: UploadContentType;
  /** The address of the API that the request came by, where that is known: an origin, and a prefix where there is one. */
  readonly origin: string | undefined;
}

/**
 * Lets a client send a picture that a request will name.
 * @throws BackendUnavailableError
 */
export async function createProcessUpload(
  { uploads }: { readonly uploads: Uploads },
  { keep = 'all', ...wish }: UploadWish & { readonly keep?: KeepChoice },
): Promise<UploadForm> {
  return uploadForm(await uploads.create({ kind: 'process', keep }, wish.contentType), wish);
}

/**
 * Lets a client send a picture of an entry, which is indexed when it arrives.
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

/** An upload as clients see it. */
function uploadForm({ url, fields, image, maxBytes, expiresAt }: Upload, { origin }: UploadWish): UploadForm {
  return {
    url: origin !== undefined && url.startsWith('/') ? `${origin}${url}` : url,
    fields: { ...fields },
    image,
    max_bytes: maxBytes,
    expires_at: expiresAt.toISOString(),
  };
}
