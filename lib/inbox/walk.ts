import type { BigIntStats } from 'node:fs';
import { access, constants, lstat, readdir, rmdir } from 'node:fs/promises';
import { decodeText } from '../decode-text.ts';
import { codeOf } from '../files.ts';
import { type SystemName, systemFile, systemFolder } from '../system-names.ts';
import { isForbidden } from '../writable-folder.ts';
import { isMounted } from './mounted-files.ts';
import { inboxPrefix } from './port.ts';

/**
 * Milliseconds for which a folder must have been empty before it is removed; until then, somebody may be
 * about to put pictures there.
 */
const emptyFolderMs = 60 * 60_000;

const special: SystemName = { label: 'links, pipes, sockets and devices', isPerhapsMeant: true };

/** Paths are bytes, because names on disk need not be UTF-8. */
export interface FoundFile {
  readonly key: string;
  readonly path: Buffer;
  readonly stats: BigIntStats;
}

/** Receives reports on what a walk does not yield. */
export interface WalkListener {
  /** Reports something that is ignored on purpose. The label contains no person's name. */
  passedOver(name: SystemName): void;
  /** Reports the key of a folder that this user may not read. */
  unreadable(key: string): void;
}

/**
 * Yields the regular files in a folder of the inbox and below. It skips files that are gone meanwhile, and
 * folders that can't be read.
 * @param prefix the folder's key, with a slash at its end.
 * @throws the file system's errors.
 */
export async function* walkInbox(
  folder: Buffer,
  listener: WalkListener,
  prefix = inboxPrefix,
): AsyncGenerator<FoundFile> {
  const items = await readdir(folder, { withFileTypes: true, encoding: 'buffer' }).catch((error: unknown) => {
    if (isForbidden(error)) listener.unreadable(prefix);
    else if (!isAbsence(error)) throw error;
  });
  // The folders that the service makes stay.
  if (items?.length === 0 && prefix.indexOf('/') < prefix.length - 1) await removeIfLongEmpty(folder);
  for (const item of items ?? []) {
    const path = joinBytes(folder, item.name);
    const name = decodeText(item.name);
    const system = item.isDirectory() ? systemFolder(name) : systemFile(name);
    if (system) listener.passedOver(system);
    else if (item.isDirectory()) yield* walkInbox(path, listener, `${prefix}${name}/`);
    else if (!item.isFile()) listener.passedOver(special);
    else {
      const stats = await lstat(path, { bigint: true }).catch(ignoreAbsence);
      if (stats) yield { key: prefix + name, path, stats };
    }
  }
}

/**
 * Checks, without changing anything, if this process may remove a regular file. It asks the kernel to remove
 * the file as a folder. The kernel first checks permissions, sticky folders, immutable files and read-only
 * mounts. It then refuses because it is not a folder.
 * @param mounts what is mounted below the inbox, as `mountsBelow` gives it
 */
export async function isRemovable(path: Buffer, mounts: ReadonlySet<string>): Promise<boolean> {
  try {
    if (await isMounted(path, mounts)) return false;
    // Some file systems check permissions by themselves, and some systems check in another order.
    await access(path.subarray(0, path.lastIndexOf('/')), constants.W_OK | constants.X_OK);
    await rmdir(path);
  } catch (error) {
    return !isForbidden(error);
  }
  return true;
}

export function joinBytes(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, Buffer.from('/'), name]);
}

/**
 * Returns true if a file is gone. This includes a link in its place, and a file in place of one of its
 * folders.
 */
export function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error) ?? '');
}

function ignoreAbsence(error: unknown): undefined {
  if (!isAbsence(error)) throw error;
}

async function removeIfLongEmpty(folder: Buffer): Promise<void> {
  const stats = await lstat(folder).catch(ignoreAbsence);
  if (!stats || Date.now() - stats.mtimeMs < emptyFolderMs) return;
  // A failure does not matter, for example because a picture has just come: this is only tidying up.
  await rmdir(folder).catch(() => undefined);
}
