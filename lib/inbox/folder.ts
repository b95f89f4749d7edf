import { createHash } from 'node:crypto';
import { type BigIntStats, constants, mkdirSync, realpathSync } from 'node:fs';
import { copyFile, lstat, mkdir, readFile, realpath, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseFileError, openUnlessDatabase } from '../database-files.ts';
import { isDiskFull } from '../disk-space.ts';
import { BackendUnavailableError, DiskFullError, type ServiceError } from '../errors.ts';
import { codeOf, fileMode, folderMode, ifPresent, syncFolder, writeWhole } from '../files.ts';
import type { SystemName } from '../system-names.ts';
import { isForbidden } from '../writable-folder.ts';
import { mountsBelow } from './mounted-files.ts';
import { InboxNotes, type NoteStorage } from './notes.ts';
import {
  type Inbox,
  type InboxFile,
  inboxNotesPrefix,
  inboxPrefix,
  reasonSuffix,
  rejectedPrefix,
} from './port.ts';
import { isAbsence, isRemovable, joinBytes, walkInbox } from './walk.ts';

/** Milliseconds without a change after which a file counts as complete. */
const settledMs = 2_000;
const retryAfterSeconds = 5;

/**
 * System errors for a name that `rejected` can't hold. It is too long, or a file and a folder have the same
 * name.
 */
const unusableNameCodes = ['ENAMETOOLONG', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOTEMPTY'];

/** Result of listing the inbox. */
export interface InboxListing {
  /** Keys of the files that have not changed for two seconds, as far as earlier listings have seen them. */
  readonly settled: string[];
  /** Keys of unchanged files that could not be removed after indexing. */
  readonly unremovable: string[];
  /** Keys of folders that this user may not read. */
  readonly unreadable: string[];
  /** Kinds of ignored files and folders, each once, without people's names. */
  readonly passedOver: ReadonlySet<string>;
}

/** Inbox in a folder, which must be listed to find new files. */
export interface FolderInbox extends Inbox {
  /**
   * Lists the files. It ignores links, hidden files, systems' own folders, and whatever is no regular file. A
   * name that is not UTF-8 is read as Windows-1252; of two files that get the same key, one waits for the
   * other.
   * @throws BackendUnavailableError
   */
  list(): Promise<InboxListing>;
}

/**
 * Opens the inbox in the folders `inbox` and `rejected` of a data folder. It creates missing folders with
 * mode 0700. The reason of a rejected file is in `<file>.reason.txt` beside it. Notes on earlier work are in
 * `inbox-notes`.
 * @throws BackendUnavailableError when the folders can't be made.
 */
export function openFolderInbox(dataDir: string): FolderInbox {
  try {
    const inbox = join(dataDir, inboxPrefix);
    const rejected = join(dataDir, rejectedPrefix);
    for (const folder of [inbox, rejected]) mkdirSync(folder, { recursive: true, mode: folderMode });
    const notes = new InboxNotes(folderNotes(join(realpathSync(dataDir), inboxNotesPrefix)), 0);
    return new FolderInboxAdapter(realpathSync(inbox), realpathSync(rejected), notes);
  } catch (error) {
    throw unavailable(error);
  }
}

/**
 * A file of the last listing; `since` is the time, by `performance.now()`, of the first listing with this
 * version.
 */
interface Seen {
  readonly path: Buffer;
  readonly version: string;
  readonly since: number;
}

class FolderInboxAdapter implements FolderInbox {
  readonly notes: InboxNotes;
  readonly #inbox: string;
  readonly #rejected: string;
  /** Files of the last listing, by key. */
  #seen = new Map<string, Seen>();

  /**
   * @param inbox real path of the folder, without links
   * @param rejected real path of that folder
   */
  constructor(inbox: string, rejected: string, notes: InboxNotes) {
    this.#inbox = inbox;
    this.#rejected = rejected;
    this.notes = notes;
  }

  async list(): Promise<InboxListing> {
    const seen = new Map<string, Seen>();
    const settled: string[] = [];
    const unremovable: string[] = [];
    const unreadable: string[] = [];
    const passedOver = new Set<string>();
    const now = performance.now();
    const listener = {
      passedOver: ({ label }: SystemName) => passedOver.add(label),
      unreadable: (key: string) => unreadable.push(key),
    };
    await attempt(async () => {
      // Somebody may have deleted the folder.
      await mkdir(this.#inbox, { recursive: true, mode: folderMode });
      const mounts = await mountsBelow(Buffer.from(this.#inbox));
      for await (const { key, path, stats } of walkInbox(Buffer.from(this.#inbox), listener)) {
        if (seen.has(key)) continue;
        const version = versionOf(stats);
        const before = this.#seen.get(key);
        const since = before?.version === version ? before.since : now;
        seen.set(key, { path, version, since });
        if (now - since < settledMs) continue;
        const list = (await isRemovable(path, mounts)) ? settled : unremovable;
        list.push(key);
      }
    });
    this.#seen = seen;
    return { settled, unremovable, unreadable, passedOver };
  }

  read(key: string, maxBytes: number): Promise<InboxFile | undefined> {
    const path = this.#path(key);
    return attempt(async () => {
      // No folder in the path may be a link.
      if (!(await realpath(path, { encoding: 'buffer' })).equals(path)) return undefined;
      // O_NONBLOCK: without it, opening a pipe without a writer would wait for ever.
      await using file = await openUnlessDatabase(
        path,
        constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
      );
      const stats = await file.stat({ bigint: true });
      const version = versionOf(stats);
      if (!stats.isFile() || version !== (this.#seen.get(key)?.version ?? version)) return undefined;
      // The mark contains no device number and no inode, because these may change at a restart.
      const known = { key, version, mark: JSON.stringify([key, `${stats.size}`, `${stats.mtimeNs}`]) };
      if (stats.size > maxBytes) return { ...known, bytes: undefined };
      const bytes = await file.readFile();
      const isSame = versionOf(await file.stat({ bigint: true })) === version;
      return isSame ? { ...known, bytes } : undefined;
    });
  }

  async remove(file: InboxFile): Promise<boolean> {
    const path = this.#path(file.key);
    const isLeft = await attempt(async () => {
      try {
        if (await isStill(path, file)) await unlink(path);
      } catch (error) {
        // It may have been mounted meanwhile, on a system that tells of no mounts.
        if (!isForbidden(error) && codeOf(error) !== 'EBUSY') throw error;
        return true;
      }
    });
    if (isLeft) return false;
    await this.notes.forget(file.mark);
    return true;
  }

  async reject(file: InboxFile, reason: string): Promise<void> {
    const path = this.#path(file.key);
    const name = file.key.slice(inboxPrefix.length);
    await attempt(async () => {
      if (!(await isStill(path, file))) return;
      const place = (rejected: string) => rejectTo(path, join(this.#rejected, rejected), reason);
      await place(name).catch((error: unknown) => {
        if (!unusableNameCodes.includes(codeOf(error) ?? '')) throw error;
        return place(createHash('sha256').update(name).digest('hex'));
      });
    });
    await this.notes.forget(file.mark);
  }

  /**
   * Converts a key to the file's path.
   * @throws RangeError when the key leads out of the inbox, or contains an ignored name
   */
  #path(key: string): Buffer {
    const names = key.slice(inboxPrefix.length).split('/');
    const isBelow = key.startsWith(inboxPrefix) && !key.includes('\0');
    if (isBelow && names.every((name) => name !== '' && !name.startsWith('.'))) {
      return this.#seen.get(key)?.path ?? joinBytes(Buffer.from(this.#inbox), Buffer.from(names.join('/')));
    }
    throw new RangeError('A key of the inbox is "inbox/" and names that do not begin with a dot.');
  }
}

function folderNotes(folder: string): NoteStorage {
  const pathOf = (name: string) => join(folder, name);
  return {
    get: (name) => attempt(() => ifPresent(readFile(pathOf(name), 'utf8'))),
    async put(name, text) {
      try {
        await writeWhole(pathOf(name), Buffer.from(text));
        await syncFolder(folder);
      } catch (error) {
        throw unavailable(error);
      }
    },
    delete: (name) => attempt(() => ifPresent(unlink(pathOf(name)))),
  };
}

async function rejectTo(path: Buffer, rejected: string, reason: string): Promise<void> {
  await mkdir(dirname(rejected), { recursive: true, mode: folderMode });
  await writeFile(`${rejected}${reasonSuffix}`, `${reason}\n`, { mode: fileMode });
  try {
    await rename(path, rejected);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    // The inbox is on another disk.
    await copyFile(path, rejected);
    await unlink(path);
  }
}

async function isStill(path: Buffer, { version }: InboxFile): Promise<boolean> {
  return versionOf(await lstat(path, { bigint: true })) === version;
}

function versionOf({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs].join(':');
}

/**
 * Runs `work`, and returns `undefined` if the file is gone. File system errors become errors of this service.
 */
async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isAbsence(error) || error instanceof DatabaseFileError) return undefined;
    throw unavailable(error);
  }
}

function unavailable(error: unknown): ServiceError {
  // Only the code is kept: the system's message repeats the path, which contains a person's name, and would
  // be logged.
  const cause = codeOf(error) ?? error;
  if (isDiskFull(error)) return new DiskFullError({ cause });
  return new BackendUnavailableError('The inbox is not available.', retryAfterSeconds, { cause });
}
