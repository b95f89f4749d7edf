import type { InboxNotes } from './notes.ts';

/** A picture that was put into the inbox, as it was when it was read. */
export interface InboxFile {
  /** Key of the file: `inbox/<entry id or name>/…`. */
  readonly key: string;
  /** Version of the file, which another file under the same key does not have. */
  readonly version: string;
  /** Mark of the file that stays the same while it lies there, after a restart and on other machines too. */
  readonly mark: string;
  /** Bytes of the file; `undefined` if there are more than the limit, because they are not read then. */
  readonly bytes: Uint8Array | undefined;
}

/** First segment of all keys in the inbox. */
export const inboxPrefix = 'inbox/';
/** Prefix of files that can't be indexed: `inbox/a/b.jpg` is moved to `rejected/a/b.jpg`. */
export const rejectedPrefix = 'rejected/';

/** End of the name of a file, on disk, that has a rejected file's reason. */
export const reasonSuffix = '.reason.txt';
/** First segment of the notes on earlier work. */
export const inboxNotesPrefix = 'inbox-notes/';

/**
 * Holds uploaded pictures until they are indexed. `test/suites/inbox.ts` checks these rules on both adapters.
 *
 * - A file is never read half.
 * - Removing or rejecting a file that is gone or replaced does nothing.
 * - A failure throws `BackendUnavailableError`, or `DiskFullError` on a full disk.
 * @example
 * const file = await inbox.read('inbox/7/a.jpg', maxBytes);
 * if (file && (await inbox.notes.begin(file.mark, 3)).isIndexed) await inbox.remove(file);
 */
export interface Inbox {
  /** Notes on earlier work, by the marks of its files. Removing or rejecting a file removes its note. */
  readonly notes: InboxNotes;
  /**
   * Reads the file of a key; returns `undefined` if there is none.
   * @throws BackendUnavailableError
   */
  read(key: string, maxBytes: number): Promise<InboxFile | undefined>;
  /**
   * Removes a file from the inbox, with its note. Returns false if this service may not remove it.
   * @throws BackendUnavailableError
   */
  remove(file: InboxFile): Promise<boolean>;
  /**
   * Moves a file to `rejected/…`, and writes the reason beside it. A file of that name is replaced.
   * @throws BackendUnavailableError, DiskFullError
   */
  reject(file: InboxFile, reason: string): Promise<void>;
}

/**
 * Tells of files that were rejected. Whoever sent one by an upload form learns of it in no other way.
 * @param reasonPlace words for the place of a file's reason
 */
export function rejectedWarning(count: number, isMore: boolean, place: string, reasonPlace: string): string {
  const files = `${isMore ? 'More than ' : ''}${count} ${count === 1 && !isMore ? 'file' : 'files'}`;
  return (
    `${files} of the inbox or of upload forms could not become reference pictures: see ${place}, with the reason of each ${reasonPlace}. ` +
    'Remove them there, or put them into the inbox again, once you have looked.'
  );
}
