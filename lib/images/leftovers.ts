/** A file of the inbox, or one that was rejected. */
export interface Leftover {
  /** `inbox/<entry id or name>/…` or `rejected/…` */
  readonly key: string;
  /** The time since when it is there. */
  readonly since: Date;
}

export type LeftoverFolder = 'inbox' | 'rejected';

/**
 * Files that wait in the inbox, or could not be used. They show somebody, and must not stay for ever.
 * @example
 * for await (const { key } of leftovers.list('rejected')) await leftovers.delete(key);
 */
export interface Leftovers {
  /**
   * Yields all files in no promised order.
   * @throws BackendUnavailableError
   */
  list(folder: LeftoverFolder): AsyncIterable<Leftover>;
  /**
   * Deletes a file, in a bucket with all its versions. Nothing happens when it is gone.
   * @throws BackendUnavailableError
   */
  delete(key: string): Promise<void>;
  /**
   * Removes the empty folders at the first level whose names are meant: a folder's name may be a person's.
   * @throws BackendUnavailableError
   */
  removeEmptyFolders(folder: LeftoverFolder, isMeant: (name: string) => boolean): Promise<void>;
}
