import { constants, type FileHandle, lstat, readlink, realpath } from 'node:fs/promises';
import { isAbsolute, resolve, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { isDatabaseName, openUnlessDatabase } from '../database-files.ts';
import { InputUnreadableError, ServiceError } from '../errors.ts';
import { pictureTooLarge } from './too-large.ts';
import { noSuchPicture } from './withheld-files.ts';

/**
 * Reads a picture file below `root`, from which relative paths start. Symbolic links are followed if they
 * lead to a place below it.
 *
 * Everything else fails with the same error, so that nobody can find out which files exist elsewhere. It
 * makes no difference between absent files, files outside, folders, pipes, devices and database files.
 * @param root the folder that pictures may be read from; `undefined` if local paths are off
 * @param hiddenFolders folders whose files are not read, wherever links lead
 * @throws InputTooLargeError when the file has more than `maxBytes`
 * @throws InputUnreadableError when there is no such picture file below `root`, or local paths are off
 */
export async function readLocalPath(
  path: string,
  root: string | undefined,
  maxBytes: number,
  hiddenFolders: readonly string[] = [],
): Promise<Uint8Array> {
  if (root === undefined) {
    throw new InputUnreadableError(
      'Local paths are off here: the setting IMAGE_ROOT names the folder that they are read from.',
    );
  }
  try {
    return await readBelow(root, path, maxBytes, hiddenFolders);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    // Only the code is kept: the system's message repeats the path, and base64 taken for a path is somebody's
    // picture.
    const cause = (error as NodeJS.ErrnoException).code ?? error;
    throw noSuchPicture(cause);
  }
}

/** Returns true if an absolute path is below the folder. It compares the text alone and resolves no links. */
export function isPathBelow(path: string, folder: string): boolean {
  return isAbsolute(path) && isBelow(resolve(path), resolve(folder));
}

async function readBelow(
  root: string,
  path: string,
  maxBytes: number,
  hiddenFolders: readonly string[],
): Promise<Uint8Array> {
  const checkedPath = await realPathBelow(root, path);
  for (const folder of hiddenFolders) {
    const real = await realpath(folder).catch(() => resolve(folder));
    if (isBelow(checkedPath, real)) throw new Error('below a hidden folder');
  }
  // O_NONBLOCK: without it, opening a pipe without a writer would wait for ever.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  await using file = await openUnlessDatabase(checkedPath, flags);
  const size = await sizeOfChecked(file, checkedPath);
  if (size > maxBytes) throw pictureTooLarge(maxBytes);
  // A file that grows meanwhile is cut here, and refused by the decoder.
  return await buffer(file.createReadStream({ start: 0, end: maxBytes - 1, autoClose: false }));
}

/** Resolves every symbolic link. Returns the path if it is below `root`. */
async function realPathBelow(root: string, path: string): Promise<string> {
  const realRoot = await realpath(root);
  const candidate = resolve(root, path);
  // The text is compared first, so that no file outside is touched. The root itself may be given through a
  // link.
  if (!isBelow(candidate, resolve(root)) && !isBelow(candidate, realRoot)) {
    throw new Error('outside the root');
  }
  const real = await realpath(candidate);
  if (!isBelow(real, realRoot)) throw new Error('leads outside the root');
  if (isDatabaseName(real)) throw new Error('belongs to a database');
  return real;
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/**
 * Returns the size in bytes of an opened regular file, if it is the file that was checked. A parent folder
 * may have been replaced by a symbolic link since the check. O_NOFOLLOW does not notice that.
 */
async function sizeOfChecked(file: FileHandle, checkedPath: string): Promise<bigint> {
  const opened = await file.stat({ bigint: true });
  if (!opened.isFile()) throw new Error('not a regular file');
  const named = await lstat(checkedPath, { bigint: true });
  // Linux reveals the real path of an open file in one step that can't be raced. Elsewhere (on a developer's
  // machine), the file's identity must suffice.
  const openedPath = await readlink(`/proc/self/fd/${file.fd}`).catch(() => checkedPath);
  if (opened.dev !== named.dev || opened.ino !== named.ino || openedPath !== checkedPath) {
    throw new Error('changed while it was opened');
  }
  return opened.size;
}
