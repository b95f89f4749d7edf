/** Work that only one process at a time may do in a data folder: a server's own, or the listing of people. */
export type FolderWork = 'server' | 'enroll';

/**
 * The folder in which one machine keeps what it needs. It answers without opening or making the records.
 * @example
 * const missing = folder.missingRecords();
 * if (missing !== undefined) console.error(`There is no database ${missing}.`);
 */
export interface DataFolder {
  /** False where the records are kept elsewhere, such as in a table. */
  readonly keepsRecords: boolean;
  /**
   * Claims a kind of work for this process; returns `undefined` while another process has it. Disposing of it
   * frees the claim. The operating system also frees it when the process ends in any way.
   * @throws BackendUnavailableError when the claim's file can't be made
   */
  claim(work: FolderWork): Disposable | undefined;
  /**
   * Returns the path at which records should be and are not; `undefined` if they are there, or are kept
   * elsewhere.
   * @throws Never
   */
  missingRecords(): string | undefined;
  /**
   * Tells if the records may have faces that are kept for a look-back.
   * @throws the database's own errors, where they are in one
   */
  mayHaveKeptFaces(): boolean;
}
