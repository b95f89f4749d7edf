import type { UploadContentType } from '../contract/uploads.ts';

/** What an upload is for: to be listed as a picture of an entry, or to be named in a request. */
export type UploadTarget =
  | { readonly kind: 'entry'; readonly entryId: number }
  | { readonly kind: 'process' };

/** How long a client may wait before it sends the picture. */
export const uploadSeconds = 300;

/** Leave to send one picture: a form that S3, or the local server, takes from whoever has it. */
export interface Upload {
  /** Where the form goes, by POST as multipart/form-data: a URL, or a path of this very service. */
  readonly url: string;
  /** What the form has before its last part, `file`. */
  readonly fields: Readonly<Record<string, string>>;
  /** How clients name the picture once it is there. */
  readonly image: string;
  readonly maxBytes: number;
  readonly expiresAt: Date;
}

/**
 * Where clients put pictures that are too large for a request. The key is ours, `uploads/<uuid>.jpg` or
 * `inbox/<entry id>/<uuid>.jpg`, so no client writes over another's picture.
 */
export interface Uploads {
  /** @throws BackendUnavailableError */
  create(target: UploadTarget, contentType: UploadContentType): Promise<Upload>;
  /** Removes uploads for requests, and half-written ones, from before `olderThan`; returns how many that were. */
  removeStale(olderThan: Date): Promise<number>;
}
