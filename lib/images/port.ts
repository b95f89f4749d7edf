/** A stored picture, without its bytes. */
export interface StoredImage {
  readonly key: string;
  /** The time of the last write. */
  readonly modified: Date;
}

/** Names the locations of pictures, for callers that only show them to clients. */
export interface ImageLocator {
  /**
   * Returns the name that clients use: an absolute path, or `s3://bucket/key`.
   * @throws Never for a checked key
   */
  location(key: string): string;
}

/**
 * Stores pictures by key. `lib/images/key.ts` checks keys before they reach an adapter. Both adapters keep
 * these promises, and `test/suites/images.ts` proves them:
 *
 * - A picture whose `put` returned survives a crash, and no reader ever sees half of it.
 * - `get` returns `undefined` for an absent key, and `delete` does nothing.
 * - A picture's smaller ones, which `lib/images/kept-smaller.ts` keeps beside it, go with it and after it.
 * - A failure of the store throws `BackendUnavailableError` or `ThrottledError`, with its `cause`.
 * @example
 * await images.put('blacklist/7/a.png', bytes, 'image/png');
 * for await (const { key } of images.list('blacklist/7/')) console.log(key);
 */
export interface ImageStore extends ImageLocator {
  /**
   * Writes a picture, or replaces it.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  put(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /**
   * Reads a picture; returns `undefined` if there is none.
   * @throws BackendUnavailableError, ThrottledError
   */
  get(key: string): Promise<Uint8Array | undefined>;
  /**
   * Tells if there is such a picture, without reading it.
   * @throws BackendUnavailableError, ThrottledError
   */
  has(key: string): Promise<boolean>;
  /**
   * Deletes a picture and its smaller ones, if there is one.
   * @throws BackendUnavailableError, ThrottledError
   */
  delete(key: string): Promise<void>;
  /**
   * Deletes a picture, or with a slash at the end every picture below a prefix, so that nothing of it can be
   * had back: in a bucket all its versions go. Returns how many went, old versions included.
   * @throws BackendUnavailableError, ThrottledError
   */
  erase(keyOrPrefix: string): Promise<number>;
  /**
   * Every picture whose key starts with the prefix (whole segments, e.g. `blacklist/7/`), in no promised
   * order.
   * @throws BackendUnavailableError, ThrottledError
   */
  list(prefix: `${string}/`): AsyncIterable<StoredImage>;
  /**
   * Removes half-written files of writers that crashed before `olderThan`.
   * @returns the number of files removed
   * @throws BackendUnavailableError, ThrottledError
   */
  removeUnfinished(olderThan: Date): Promise<number>;
  /**
   * Checks that the store can be used.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError when it can't
   */
  check(): Promise<void>;
}

/** A picture for a client: its bytes, or the URL by which the store hands it out for some minutes. */
export type Delivery = { readonly bytes: Uint8Array } | { readonly url: string };
export type DeliveredPicture = Delivery & {
  readonly contentType: string;
  /** True if the client may keep it for a while: the picture of that address never changes. */
  readonly mayBeKept?: boolean;
};

/**
 * Hands stored pictures out to clients.
 * @example const delivered = await delivery.deliver('blacklist/7/a.png');
 */
export interface ImageDelivery {
  /**
   * Returns the picture or its URL, or `undefined` if there is no such picture.
   * @param seconds time for which a URL is valid; five minutes unless set
   * @throws BackendUnavailableError, ThrottledError
   */
  deliver(key: string, seconds?: number): Promise<Delivery | undefined>;
}

/** Hands out the bytes, because clients can't reach the store. */
export function deliverBytes(images: Pick<ImageStore, 'get'>): ImageDelivery {
  return {
    async deliver(key) {
      const bytes = await images.get(key);
      return bytes && { bytes };
    },
  };
}
