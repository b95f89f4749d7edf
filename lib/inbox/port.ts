import type { InboxNotes } from './notes.ts';

/** A picture that was put into the inbox, as it was when it was read. */
export interface InboxFile {
  /** `inbox/<entry id or name>/…` */
  readonly key: string;
  /** Tells it from another one that is put in its place later. */
  readonly version: string;
  /** Tells it from others as long as it lies there, also after a restart or on another machine. */
  readonly mark: string;
  /** `undefined` when there are more of them than were asked for; they are not read then. */
  readonly bytes: Uint8Array | undefined;
}

/** The first segment of all keys in the inbox. */
export const inboxPrefix = 'inbox/';
/** Prefix of files that can't be indexed: `inbox/a/b.jpg` is moved to `rejected/a/b.jpg`. */
export const rejectedPrefix = 'rejected/';
/** The first segment of the notes on earlier work. */
export const inboxNotesPrefix = 'inbox-notes/';

/**
 * Place that pictures are uploaded to, to be indexed. `test/suites/inbox.ts` checks these rules on both
 * adapters.
 *
 * - A file is never read half.
 * - Removing or rejecting a file that is gone or replaced does nothing.
 * - A failure throws `BackendUnavailableError`.
 */
export interface Inbox {
  /** Notes on earlier work, by the marks of its files. Removing or rejecting a file removes its note. */
  readonly notes: InboxNotes;
  /** Returns the file of that key, `undefined` if there is none. */
  read(key: string, maxBytes: number): Promise<InboxFile | undefined>;
  /** Takes a file out of the inbox, with its note. Returns false when it may not be removed. */
  remove(file: InboxFile): Promise<boolean>;
  /** Moves a file to `rejected/…`, with the reason beside it. One that is there already is replaced. */
  reject(file: InboxFile, reason: string): Promise<void>;
}
