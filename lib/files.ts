import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { requireRoom } from './disk-space.ts';

/** Shared functions of the adapters on a POSIX file system. */

/** Modes that give files and folders to the service's user alone. */
export const folderMode = 0o700;
export const fileMode = 0o600;

/** Prefix of the names of unfinished files. No picture's key has it, and the inbox ignores such names. */
export const temporaryPrefix = '.tmp-';

/** Content of a file that is written to test if there is room. */
const probe = Buffer.alloc(4096, 1);

/** Number of attempts to create a folder that others remove while it is still empty. */
const maxFolderAttempts = 100;

/**
 * Writes a file under a temporary name in its folder, and renames it when it is complete and on disk. It
 * creates a missing folder. The caller must sync the folder to get the new name on disk. A failure leaves no
 * file behind.
 * @throws the file system's errors, and those of `content`
 */
export async function writeWhole(
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary = await openTemporary(dirname(path));
  try {
    await writeAndSync(temporary, content);
    await rename(temporary.path, path);
  } catch (error) {
    await ifPresent(unlink(temporary.path));
    throw error;
  }
}

/**
 * Makes sure that a file can be written in a folder, by writing and removing one.
 * @throws the file system's errors
 */
export async function tryToWrite(folder: string): Promise<void> {
  const { path, handle } = await openTemporary(folder);
  try {
    await requireRoom(path, probe.length);
    await handle.writeFile(probe);
  } finally {
    await handle.close();
    await ifPresent(unlink(path));
  }
}

/** Waits until the names in a folder are on disk. */
export async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

/** Awaits `work`, and returns `undefined` if its file or folder does not exist. */
export async function ifPresent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Returns the system's code of an error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/**
 * Opens a temporary file in a folder. It makes an absent folder, again and again while others remove it
 * because it is still empty.
 */
async function openTemporary(folder: string): Promise<{ path: string; handle: FileHandle }> {
  const path = join(folder, temporaryPrefix + randomUUID());
  for (let attempts = 1; ; attempts += 1) {
    try {
      return { path, handle: await open(path, 'wx', fileMode) };
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || attempts === maxFolderAttempts) throw error;
      // A random wait breaks the rhythm: otherwise another process could remove the folder right after us
      // every time.
      if (attempts > 1) await setTimeout(Math.random() * attempts);
      // When several make a folder while it is removed, some of them get ENOENT.
      await ifPresent(mkdir(folder, { recursive: true, mode: folderMode }));
    }
  }
}

async function writeAndSync(
  { path, handle }: { readonly path: string; readonly handle: FileHandle },
  content: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  try {
    await requireRoom(path, content instanceof Uint8Array ? content.length : 0);
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
