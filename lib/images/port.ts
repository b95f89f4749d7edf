/** What an image store tells of a stored picture. */
export interface StoredImage {
  readonly key: string;
  /** When it was written last. */
  readonly modified: Date;
}

/** Where pictures are, for those who only tell clients. */
export interface ImageLocator {
  /** How clients name it: an absolute path, or `s3://bucket/key`. */
  location(key: string): string;
}

/**
 * Pictures by key. Keys are checked by `lib/images/key.ts` before they reach an adapter. Both adapters keep these promises,
 * proven by `test/suites/images.ts`: a `put` that returned survives a crash and is never seen half-written; `get` of what is absent
 * is `undefined`; deletes are idempotent; a failure of the store throws `BackendUnavailableError` (or `ThrottledError`) with its
 * `cause`.
 */
export interface ImageStore extends ImageLocator {
  /** Writes, or replaces. */
  put(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  get(key: string): Promise<Uint8Array | undefined>;
  delete(key: string): Promise<void>;
  /** Every picture whose key starts with the prefix (whole segments, e.g. `blacklist/7/`), in no promised order. */
  list(prefix: `${string}/`): AsyncIterable<StoredImage>;
  /** Removes what writers that crashed before `olderThan` left half-written; returns how many that were. */
  removeUnfinished(olderThan: Date): Promise<number>;
  /** Throws when the store can't be used. */
  check(): Promise<void>;
}

/** What a client gets of a picture: its bytes, or a URL where the store itself gives it out for some minutes. */
export type Delivery = { readonly bytes: Uint8Array } | { readonly url: string };
export type DeliveredPicture = Delivery & { readonly contentType: string };

/** Gives stored pictures out to clients. A failure throws as those of `ImageStore` do. */
export interface ImageDelivery {
  /** `undefined` when there is no such picture. */
  deliver(key: string): Promise<Delivery | undefined>;
}

/** Gives out the bytes, where clients can't get at the store. */
export function deliverBytes(images: Pick<ImageStore, 'get'>): ImageDelivery {
  return {
    async deliver(key) {
      const bytes = await images.get(key);
      return bytes && { bytes };
    },
  };
}
