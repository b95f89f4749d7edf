import { closeSync, fsyncSync, openSync } from 'node:fs';
import {
  access,
  constants,
  opendir,
  readdir,
  readFile,
  rmdir,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { ConfigError } from '../config.ts';
import { openUnlessDatabase } from '../database-files.ts';
import { isDiskFull, isReadOnly } from '../disk-space.ts';
import { BackendUnavailableError, DiskFullError, ReadOnlyDiskError, type ServiceError } from '../errors.ts';
import {
  codeOf,
  fileMode,
  ifPresent,
  syncFolder,
  temporaryPrefix,
  tryToWrite,
  writeWhole,
} from '../files.ts';
import { isForeign, oldServiceNear, ownerFile } from '../old-service.ts';
import { foreignFolder, isKnownSystemName } from '../system-names.ts';
import { requireWritableFolder, unusableFolder } from '../writable-folder.ts';
import { type ImageFolder, imageFolders, isKey, smallerKeys } from './key.ts';
import { folderLocator, type ImageFolderPaths } from './location.ts';
import type { ImageLocator, ImageStore, StoredImage } from './port.ts';

const retryAfterSeconds = 5;

/**
 * Opens the image store on a POSIX file system, and makes the folders that are absent. Folders get mode 0700,
 * files 0600.
 *
 * A file is written under a temporary name, synced and renamed, and then its folder is synced. So after a
 * crash the file is there whole, or not at all.
 * @throws ConfigError when a folder can't be made, read or written; it names the folder, its setting and the
 *   user
 */
export function openFileSystemImages(folders: ImageFolderPaths): ImageStore {
  const roots = absolute(folders);
  for (const folder of imageFolders) makeFolder(roots[folder], folderSettings[folder]);
  return new FileSystemImages(roots);
}

/** Settings that name the folders, for error messages. */
const folderSettings: Readonly<Record<ImageFolder, string>> = {
  blacklist: 'BLACKLIST_DB_PATH',
  processed: 'PROCESSED_IMAGES_OUTPUT_DIR',
  cropped: 'CROPPED_FACES_OUTPUT_DIR',
};

/**
 * Makes this database the owner of the folders. The sweep removes every picture that no record knows: in a
 * folder of another database, or of private pictures, it would remove them all. Hidden files, and files that
 * operating systems make in every folder, do not count as pictures.
 * @param owner the database's `storeId`
 * @throws ConfigError when a folder has another owner, or has none and has files in it, or can't be read or
 *   written
 */
export async function claimFolders(folders: ImageFolderPaths, owner: string): Promise<void> {
  const roots = absolute(folders);
  for (const each of imageFolders) {
    const folder = roots[each];
    const found = await ownerOf(folder, owner).catch((error: unknown) => {
      throw unusableFolder(folder, folderSettings[each], error);
    });
    if (found !== owner) throw foreignFiles(folder);
  }
}

function foreignFiles(folder: string): ConfigError {
  const old = oldServiceNear(folder) ?? 'FOLDER';
  return new ConfigError(
    `The folder ${folder} has files in it that this DATA_DIR's database did not write. Choose an empty folder. ` +
      `The old service's people, history and pictures are taken over with: npm run import -- ${old}. ` +
      'Pictures from elsewhere are listed with npm run enroll.',
  );
}

/** Reads a folder's owner; an empty folder without one becomes `owner`'s. */
async function ownerOf(folder: string, owner: string): Promise<string> {
  const marker = join(folder, ownerFile);
  const present = await ifPresent(readFile(marker, 'utf8'));
  if (present !== undefined) return present;
  const names = await readdir(folder);
  if (names.some((name) => !name.startsWith('.') && !isKnownSystemName(name))) return 'nobody';
  // If several claim the folder at once, the first one becomes its owner.
  await writeFile(marker, owner, { flag: 'wx', flush: true, mode: fileMode }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  return readFile(marker, 'utf8');
}

class FileSystemImages implements ImageStore {
  readonly #folders: ImageFolderPaths;
  readonly #locator: ImageLocator;

  constructor(folders: ImageFolderPaths) {
    this.#folders = folders;
    this.#locator = folderLocator(folders);
  }

  async put(key: string, bytes: Uint8Array, _contentType: string): Promise<void> {
    const path = this.location(key);
    const folders = parents(key).map((parent) => this.location(parent));
    await attempt(async () => {
      await writeWhole(path, bytes);
      // Every folder of the path is synced, not only the last: any may be new, made by us or by another
      // writer who has not synced it yet. A folder is absent again if the picture has been deleted meanwhile.
      await Promise.all(folders.map((folder) => ifPresent(syncFolder(folder))));
    });
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const path = this.location(key);
    return attempt(() => ifPresent(readPicture(path)));
  }

  has(key: string): Promise<boolean> {
    const path = this.location(key);
    return attempt(async () => (await ifPresent(stat(path))) !== undefined);
  }

  removeUnfinished(olderThan: Date): Promise<number> {
    return attempt(async () => {
      let removed = 0;
      for (const root of Object.values(this.#folders)) {
        for await (const path of filesBelow(root)) {
          if (!basename(path).startsWith(temporaryPrefix)) continue;
          const stats = await ifPresent(stat(path));
          if (!stats || stats.mtime >= olderThan) continue;
          await removeFile(this.#folders, path);
          removed += 1;
        }
      }
      await removeEmptyFolders(this.#folders.blacklist, olderThan);
      return removed;
    });
  }

  /**
   * Removes the picture, then its smaller ones, and the entry's folder with its last picture. A crash may
   * undo the removal: then the sweep finds the picture, because no record knows it.
   */
  async delete(key: string): Promise<void> {
    const path = this.location(key);
    const smaller = smallerKeys(key).map((small) => this.location(small));
    await attempt(async () => {
      await ifPresent(unlink(path));
      await Promise.all(smaller.map((small) => ifPresent(unlink(small))));
      await removeFile(this.#folders, path);
    });
  }

  async erase(keyOrPrefix: string): Promise<number> {
    if (!keyOrPrefix.endsWith('/')) {
      const isThere = (await ifPresent(stat(this.location(keyOrPrefix)))) !== undefined;
      await this.delete(keyOrPrefix);
      return isThere ? 1 : 0;
    }
    const pictures = await Array.fromAsync(this.list(keyOrPrefix as `${string}/`));
    for (const { key } of pictures) await this.delete(key);
    return pictures.length;
  }

  async *list(prefix: `${string}/`): AsyncGenerator<StoredImage> {
    const folder = this.location(prefix);
    try {
      for await (const path of filesBelow(folder)) {
        const key = prefix + relative(folder, path);
        // A file whose name is no key is not ours, or is still being written.
        const stats = isKey(key) ? await ifPresent(stat(path)) : undefined;
        if (stats) yield { key, modified: stats.mtime };
      }
    } catch (error) {
      throw unavailable(error);
    }
  }

  location(key: string): string {
    return this.#locator.location(key);
  }

  async check(): Promise<void> {
    const usable = constants.R_OK | constants.W_OK | constants.X_OK;
    await attempt(() =>
      Promise.all(
        Object.values(this.#folders).map(async (folder) => {
          await access(folder, usable);
          await tryToWrite(folder);
        }),
      ),
    );
  }
}

async function readPicture(path: string): Promise<Uint8Array> {
  await using file = await openUnlessDatabase(path, constants.O_RDONLY);
  return await file.readFile();
}

function absolute(folders: ImageFolderPaths): ImageFolderPaths {
  const { blacklist, processed, cropped } = folders;
  return { blacklist: resolve(blacklist), processed: resolve(processed), cropped: resolve(cropped) };
}

/** The old service's pictures often belong to root, and they are to be imported, not to be given away. */
function usableFolder(folder: string, setting: string): string | undefined {
  try {
    return requireWritableFolder(folder, setting);
  } catch (error) {
    throw error instanceof ConfigError && isForeign(folder) ? foreignFiles(folder) : error;
  }
}

/** Makes a folder and those above it, and syncs each folder that got a new name in it. */
function makeFolder(folder: string, setting: string): void {
  const first = usableFolder(folder, setting);
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) {
    const parent = openSync(dirname(made), 'r');
    fsyncSync(parent);
    closeSync(parent);
  }
}

/** Lists the keys of the folders above a key: for `blacklist/7/a.jpg`, `blacklist` and `blacklist/7`. */
function parents(key: string): string[] {
  const names = key.split('/');
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'));
}

async function removeFile(folders: ImageFolderPaths, path: string): Promise<void> {
  await ifPresent(unlink(path));
  const folder = dirname(path);
  if (dirname(folder) === folders.blacklist) await removeIfEmpty(folder);
}

/**
 * Removes the empty entry folders that a crash left: one just made, or one whose last picture was just
 * deleted.
 */
async function removeEmptyFolders(root: string, olderThan: Date): Promise<void> {
  for (const item of (await ifPresent(readdir(root, { withFileTypes: true }))) ?? []) {
    // An empty lost+found belongs to the file system.
    if (!item.isDirectory() || foreignFolder(item.name)) continue;
    const folder = join(root, item.name);
    const stats = await ifPresent(stat(folder));
    if (stats && stats.mtime < olderThan) await removeIfEmpty(folder);
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await ifPresent(rmdir(folder));
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY') throw error;
  }
}

/**
 * Walks through the paths of all files below a folder, and reads long folders in portions. It leaves out what
 * operating systems make, and may lock.
 */
async function* filesBelow(folder: string): AsyncGenerator<string> {
  const items = await ifPresent(opendir(folder));
  if (!items) return;
  for await (const item of items) {
    const path = join(folder, item.name);
    if (item.isDirectory() && !foreignFolder(item.name)) yield* filesBelow(path);
    else if (item.isFile() && !isKnownSystemName(item.name)) yield path;
  }
}

/** Runs `work`, and turns the file system's errors into ours. */
async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unavailable(error);
  }
}

function unavailable(error: unknown): ServiceError {
  if (isDiskFull(error)) return new DiskFullError({ cause: error });
  if (isReadOnly(error)) return new ReadOnlyDiskError('Pictures', retryAfterSeconds, { cause: error });
  return new BackendUnavailableError('The image folders are not available.', retryAfterSeconds, {
    cause: error,
  });
}
