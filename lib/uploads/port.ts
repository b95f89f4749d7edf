import type { KeepChoice } from '../contract/fields.ts';
import type { UploadContentType } from '../contract/uploads.ts';
import { noOrigin, type Origin, originFields } from '../origin.ts';

/** Purpose of an upload: to become a picture of an entry, or to be named in a request. */
export type UploadTarget =
  | { readonly kind: 'entry'; readonly entryId: number }
  | {
      readonly kind: 'process';
      readonly origin?: Origin;
      /**
       * Kept of the picture once it is processed, whatever the request says that keeps more; `all` without
       * it.
       */
      readonly keep?: KeepChoice;
    };

/** Returns the form's fields that tell where a picture comes from. */
export function originFieldsOf(target: UploadTarget): Record<string, string> {
  return originFields(target.kind === 'process' ? (target.origin ?? noOrigin) : noOrigin);
}

/** Seconds within which the client must send the picture. */
export const uploadSeconds = 300;

/** Permission to send one picture: a form that S3, or the local server, accepts from whoever has it. */
export interface Upload {
  /** Target of the form, by POST as multipart/form-data: a URL, or a path of this service. */
  readonly url: string;
  /** Parts of the form before its last one, `file`. */
  readonly fields: Readonly<Record<string, string>>;
  /** Name for the picture in later requests, once it has arrived. */
  readonly image: string;
  readonly maxBytes: number;
  readonly expiresAt: Date;
}

/**
 * Lets clients send pictures that are too large for a request. Keys are `uploads/<uuid>.jpg` or `inbox/<entry
 * id>/<uuid>.jpg`. The service makes them, so that no client can overwrite another's picture.
 * @example
 * const { url, fields } = await uploads.create({ kind: 'process' }, 'image/jpeg');
 */
export interface Uploads {
  /**
   * Makes the form for one picture.
   * @throws BackendUnavailableError
   */
  create(target: UploadTarget, contentType: UploadContentType): Promise<Upload>;
  /**
   * Removes uploads for requests, and half-written ones, from before `olderThan`.
   * @returns the number of uploads removed
   * @throws BackendUnavailableError
   */
  removeStale(olderThan: Date): Promise<number>;
}
