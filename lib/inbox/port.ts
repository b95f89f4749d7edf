/** A picture that was put into the inbox, as it was when it was read. */
export interface InboxFile {
  /** `inbox/<entry id or name>/…` */
  readonly key: string;
  /** Tells it from another one that is put in its place later. */
  readonly version: string;
  /** `undefined` when there are more of them than were asked for; they are not read then. */
  readonly bytes: Uint8Array | undefined;
}

/** The first segment of all keys in the inbox. */
export const inboxPrefix = 'inbox/';
/** Where `inbox/a/b.jpg` goes when it can't be indexed: `rejected/a/b.jpg`. */
export const rejectedPrefix = 'rejected/';

/**
 * Where pictures are put to be indexed. Both adapters keep these promises, proven by `test/suites/inbox.ts`: a file is never read half;
 * removing or rejecting one that is gone, or has another one in its place meanwhile, does nothing; a failure throws
 * `BackendUnavailableError`.
 */
export interface Inbox {
  /** The file of that key, `undefined` when there is none. */
  read(key: string, maxBytes: number): Promise<InboxFile | undefined>;
  /** Takes a file out of the inbox. */
  remove(file: InboxFile): Promise<void>;
  /** Moves a file to `rejected/…`, with the reason beside it. One that is there already is replaced. */
  reject(file: InboxFile, reason: string): Promise<void>;
}
