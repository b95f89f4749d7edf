/** A stored picture, without its bytes. */
export interface StoredImage {
  readonly key: string;
  /** The time of the last write. */
  readonly modified: Date;
}

/** Names the places of pictures, for those who only tell clients. */
export interface ImageLocator {
  /** Returns the name that clients use: an absolute path, or `s3://bucket/key`. */
  location(key: string): string;
}

/**
 * Pictures by key. Keys are checked by `lib/images/key.ts` before they reach an adapter. Both adapters keep these promises,
 * proven by `test/suites/images.ts`: a `put` that returned survives a crash and is never seen half-written; `get` of what is absent
 * is `undefined`; deletes are idempotent; a failure of the store throws `BackendUnavailableError` (or `ThrottledError`) with its
 * `cause`.
 * @example
 * await images.put('blacklist/7/a.png', bytes, 'image/png');
 * for await (const { key } of images.list('blacklist/7/')) console.log(key);
 */
export interface ImageStore extends ImageLocator {
  /**
   * Writes, or replaces.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  put(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /** @throws BackendUnavailableError, ThrottledError */
  get(key: string): Promise<Uint8Array | undefined>;
  /** @throws BackendUnavailableError, ThrottledError */
  delete(key: string): Promise<void>;
  /**
   * Deletes a picture, or with a slash at the end every picture below a prefix, so that nothing of it can be had back: in a bucket all its
   * versions go. Returns how many went, old versions included.
   * @throws BackendUnavailableError, ThrottledError
   */
  erase(keyOrPrefix: string): Promise<number>;
  /**
   * Every picture whose key starts with the prefix (whole segments, e.g. `blacklist/7/`), in no promised order.
   * @throws BackendUnavailableError, ThrottledError
   */
  list(prefix: `${string}/`): AsyncIterable<StoredImage>;
  /**
   * Removes what writers that crashed before `olderThan` left half-written; returns how many that were.
   * @throws BackendUnavailableError, ThrottledError
   */
  removeUnfinished(olderThan: Date): Promise<number>;
  /**
   * Throws when the store can't be used.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  check(): Promise<void>;
}

/** A picture as a client gets it: its bytes, or a URL where the store itself gives it out for some minutes. */
export type Delivery = { readonly bytes: Uint8Array } | { readonly url: string };
export type DeliveredPicture = Delivery & { readonly contentType: string };

/**
 * Gives stored pictures out to clients.
 * @example
 * const delivered = await delivery.deliver('blacklist/7/a.png');
 */
export interface ImageDelivery {
  /**
   * `undefined` when there is no such picture.
   * @throws BackendUnavailableError, ThrottledError
   */
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
