import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { requireRoom } from './disk-space.ts';

/** Shared functions of the adapters on a POSIX file system. */

/** Files and folders are for the service's user alone. */
export const folderMode = 0o700;
export const fileMode = 0o600;

/**
 * Prefix of the names of files that are still being written. No picture's key has it, and the inbox ignores
 * such names.
 */
export const temporaryPrefix = '.tmp-';

/** Written to see whether there is room. */
const probe = Buffer.alloc(4096, 1);

/** Number of attempts to create a folder that others remove while it is still empty. */
const maxFolderAttempts = 100;

/**
 * Writes a file under a temporary name in its folder, and renames it when it is complete and on disk. It
 * creates a missing folder. The caller must sync the folder for the new name to be on disk. A failure leaves
 * nothing behind.
 * @throws the file system's errors, and those of `content`.
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
 * Makes sure that a file can be written in a folder, by writing one and removing it.
 * @throws the file system's errors.
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

/** Makes the folder where there is none, again and again while others remove it because it is empty. */
async function openTemporary(folder: string): Promise<{ path: string; handle: FileHandle }> {
  const path = join(folder, temporaryPrefix + randomUUID());
  for (let attempts = 1; ; attempts += 1) {
    try {
      return { path, handle: await open(path, 'wx', fileMode) };
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || attempts === maxFolderAttempts) throw error;
      // Out of step with those who remove it; by chance, one could be just behind us every time.
      if (attempts > 1) await setTimeout(Math.random() * attempts);
      // When it is removed while several make it, some of them are told that it is absent.
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
