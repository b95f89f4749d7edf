import type { KeepChoice } from '../contract/fields.ts';
import type { UploadContentType } from '../contract/uploads.ts';

/** The use of an upload: to be listed as a picture of an entry, or to be named in a request. */
export type UploadTarget =
  | { readonly kind: 'entry'; readonly entryId: number }
  | {
      readonly kind: 'process';
      /** Kept of the picture once it is processed, whatever the request says that keeps more; `all` without it. */
      readonly keep?: KeepChoice;
    };

/** Seconds that a client may wait before it sends the picture. */
export const uploadSeconds = 300;

/** Leave to send one picture: a form that S3, or the local server, takes from whoever has it. */
export interface Upload {
  /** The form's target, by POST as multipart/form-data: a URL, or a path of this very service. */
  readonly url: string;
  /** The form's parts before its last one, `file`. */
  readonly fields: Readonly<Record<string, string>>;
  /** The clients' name for the picture once it is there. */
  readonly image: string;
  readonly maxBytes: number;
  readonly expiresAt: Date;
}

/**
 * Lets clients send pictures that are too large for a request. The key is ours, `uploads/<uuid>.jpg` or
 * `inbox/<entry id>/<uuid>.jpg`, so no client writes over another's picture.
 * @example
 * const { url, fields } = await uploads.create({ kind: 'process' }, 'image/jpeg');
 */
export interface Uploads {
  /** @throws BackendUnavailableError */
  create(target: UploadTarget, contentType: UploadContentType): Promise<Upload>;
  /**
   * Removes uploads for requests, and half-written ones, from before `olderThan`; returns how many that were.
   * @throws BackendUnavailableError
   */
  removeStale(olderThan: Date): Promise<number>;
}
