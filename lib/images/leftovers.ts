/** A file of the inbox, one that was rejected, or one that was sent for a request. */
export interface Leftover {
  /** `inbox/<entry id or name>/…`, `rejected/…` or `uploads/…` */
  readonly key: string;
  /** Its path on disk, where names need not be UTF-8. */
  readonly path?: Buffer;
  /** The time since when it is there. */
  readonly since: Date;
}

export type LeftoverFolder = 'inbox' | 'rejected' | 'uploads';

/**
 * Files that wait in the inbox, could not be used, or were sent for a request. They show somebody, and must
 * not stay for ever.
 * @example
 * for await (const leftover of leftovers.list('rejected')) await leftovers.delete(leftover);
 */
export interface Leftovers {
  /**
   * Yields all files that this service may remove, in no promised order.
   * @throws BackendUnavailableError
   */
  list(folder: LeftoverFolder): AsyncIterable<Leftover>;
  /**
   * Deletes a file, in a bucket with all its versions. Nothing happens when it is gone.
   * @throws BackendUnavailableError
   */
  delete(leftover: Pick<Leftover, 'key' | 'path'>): Promise<void>;
  /**
   * Removes the empty folders at the first level whose names are meant: a folder's name may be a person's.
   * Those that this service may not remove stay.
   * @throws BackendUnavailableError
   */
  removeEmptyFolders(folder: LeftoverFolder, isMeant: (name: string) => boolean): Promise<void>;
}
