import { createHash } from 'node:crypto';
import { type BigIntStats, constants, mkdirSync, realpathSync } from 'node:fs';
import {
  copyFile,
  lstat,
  mkdir,
  readdir,
  realpath,
  rename,
  rmdir,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseFileError, openUnlessDatabase } from '../database-files.ts';
import { isDiskFull } from '../disk-space.ts';
import { BackendUnavailableError, DiskFullError, type ServiceError } from '../errors.ts';
import { codeOf, fileMode, folderMode } from '../files.ts';
import { type Inbox, type InboxFile, inboxPrefix, rejectedPrefix } from './port.ts';

/** A file that has not changed for so long counts as written to its end. */
const settledMs = 2_000;
/** An empty folder is removed when it has been so for this long: until then, somebody may be about to put pictures there. */
const emptyFolderMs = 60 * 60_000;
const retryAfterSeconds = 5;

/** What the system says when a name in `rejected` is too long, or a folder is where a file should be, or the other way round. */
const unusableNameCodes = ['ENAMETOOLONG', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOTEMPTY'];

/** The inbox in a folder, which tells by itself what is in it. */
export interface FolderInbox extends Inbox {
  /**
   * The keys of the files that have not changed for two seconds, as far as earlier calls have seen them. Links, names that begin with a
   * dot and folders that can't be read are passed over, and so is what is no regular file.
   * @throws BackendUnavailableError
   */
  listSettled(): Promise<string[]>;
}

/**
 * The inbox in the folders `inbox` and `rejected` of a data folder, which are made, 0700, where they are not there. The reason of a rejected
 * file is in `<file>.reason.txt` beside it.
 * @throws BackendUnavailableError when the folders can't be made.
 */
export function openFolderInbox(dataDir: string): FolderInbox {
  try {
    const inbox = join(dataDir, inboxPrefix);
    const rejected = join(dataDir, rejectedPrefix);
    for (const folder of [inbox, rejected]) mkdirSync(folder, { recursive: true, mode: folderMode });
    return new FolderInboxAdapter(realpathSync(inbox), realpathSync(rejected));
  } catch (error) {
    throw unavailable(error);
  }
}

/** A file's version as the last listing saw it, and since when: `performance.now()`. */
interface Seen {
  readonly version: string;
  readonly since: number;
}

class FolderInboxAdapter implements FolderInbox {
  readonly #inbox: string;
  readonly #rejected: string;
  /** By the files' keys. */
  #seen = new Map<string, Seen>();

  /** Both with no link on the way to them. */
  constructor(inbox: string, rejected: string) {
    this.#inbox = inbox;
    this.#rejected = rejected;
  }

  async listSettled(): Promise<string[]> {
    const seen = new Map<string, Seen>();
    const settled: string[] = [];
    const now = performance.now();
    await attempt(async () => {
      // Somebody may have tidied up too thoroughly.
      await mkdir(this.#inbox, { recursive: true, mode: folderMode });
      for await (const { key, version } of this.#files(inboxPrefix)) {
        const before = this.#seen.get(key);
        const since = before?.version === version ? before.since : now;
        seen.set(key, { version, since });
        if (now - since >= settledMs) settled.push(key);
      }
    });
    this.#seen = seen;
    return settled;
  }

  read(key: string, maxBytes: number): Promise<InboxFile | undefined> {
    const path = this.#path(key);
    return attempt(async () => {
      // Not even a folder on the way may be a link.
      if ((await realpath(path)) !== path) return undefined;
      // O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
      await using file = await openUnlessDatabase(
        path,
        constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
      );
      const stats = await file.stat({ bigint: true });
      const version = versionOf(stats);
      if (!stats.isFile() || version !== (this.#seen.get(key)?.version ?? version)) return undefined;
      if (stats.size > maxBytes) return { key, version, bytes: undefined };
      const bytes = await file.readFile();
      const isSame = versionOf(await file.stat({ bigint: true })) === version;
      return isSame ? { key, version, bytes } : undefined;
    });
  }

  async remove(file: InboxFile): Promise<void> {
    const path = this.#path(file.key);
    await attempt(async () => {
      if (await isStill(path, file)) await unlink(path);
    });
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
  }

  async *#files(prefix: string): AsyncGenerator<{ key: string; version: string }> {
    const folder = join(this.#inbox, prefix.slice(inboxPrefix.length));
    const items = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      // One folder that is gone, or is not for us to read, does not stop the others.
      if (!isAbsence(error) && codeOf(error) !== 'EACCES') throw error;
    });
    if (items?.length === 0 && prefix !== inboxPrefix) await removeIfLongEmpty(folder);
    for (const item of items ?? []) {
      if (item.name.startsWith('.')) continue;
      const key = prefix + item.name;
      if (item.isDirectory()) yield* this.#files(`${key}/`);
      if (!item.isFile()) continue;
      const stats = await ifPresent(lstat(join(folder, item.name), { bigint: true }));
      if (stats) yield { key, version: versionOf(stats) };
    }
  }

  /** @throws RangeError when the key leads out of the inbox, or to a name that is passed over. */
  #path(key: string): string {
    const names = key.slice(inboxPrefix.length).split('/');
    const isBelow = key.startsWith(inboxPrefix) && !key.includes('\0');
    if (isBelow && names.every((name) => name !== '' && !name.startsWith('.'))) {
      return join(this.#inbox, ...names);
    }
    throw new RangeError('A key of the inbox is "inbox/" and names that do not begin with a dot.');
  }
}

async function rejectTo(path: string, rejected: string, reason: string): Promise<void> {
  await mkdir(dirname(rejected), { recursive: true, mode: folderMode });
  await writeFile(`${rejected}.reason.txt`, `${reason}\n`, { mode: fileMode });
  try {
    await rename(path, rejected);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    // The inbox is on another disk.
    await copyFile(path, rejected);
    await unlink(path);
  }
}

async function removeIfLongEmpty(folder: string): Promise<void> {
  const stats = await ifPresent(lstat(folder));
  if (!stats || Date.now() - stats.mtimeMs < emptyFolderMs) return;
  // Whatever speaks against it, such as a picture that has just come: it is no more than tidying up.
  await rmdir(folder).catch(() => undefined);
}

async function isStill(path: string, { version }: InboxFile): Promise<boolean> {
  return versionOf(await lstat(path, { bigint: true })) === version;
}

function versionOf({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs].join(':');
}

async function ifPresent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** What comes of `work`, `undefined` when the file is gone. None of the file system's errors gets out. */
async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isAbsence(error) || error instanceof DatabaseFileError) return undefined;
    throw unavailable(error);
  }
}

/** Also when a folder on the way is a file now, or the file is a link. */
function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error) ?? '');
}

function unavailable(error: unknown): ServiceError {
  // The code alone: the system's message repeats the path, and with it a person's name; this goes to the log.
  const cause = codeOf(error) ?? error;
  if (isDiskFull(error)) return new DiskFullError({ cause });
  return new BackendUnavailableError('The inbox is not available.', retryAfterSeconds, { cause });
}
