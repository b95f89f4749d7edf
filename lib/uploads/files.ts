import { readdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDiskFull, isReadOnly } from '../disk-space.ts';
import { BackendUnavailableError, DiskFullError, ReadOnlyDiskError, ServiceError } from '../errors.ts';
import { ifPresent, syncFolder, temporaryPrefix, writeWhole } from '../files.ts';
import { foreignFolder } from '../system-names.ts';
import { isForbidden } from '../writable-folder.ts';

const retryAfterSeconds = 5;

/**
 * Writes a file under a temporary name while its bytes arrive, and renames it when all of them are on disk.
 * Absent folders are made with mode 0700; the file gets 0600. A failure leaves no file behind.
 * @throws BackendUnavailableError, DiskFullError, and those of our errors that `chunks` throws
 */
export async function writeUpload(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Uint8Array,
): Promise<void> {
  try {
    await writeWhole(path, chunks);
    await syncFolder(dirname(path));
  } catch (error) {
    throw unavailable(error);
  }
}

/**
 * Removes old files from the data folder: from `uploads` all that were written before `olderThan`, from
 * `inbox` only half-written ones.
 * @returns the number of files removed
 * @throws BackendUnavailableError
 */
export async function removeStaleUploads(dataDir: string, olderThan: Date): Promise<number> {
  try {
    const inbox = (await filesBelow(join(dataDir, 'inbox'))).filter(({ name }) =>
      name.startsWith(temporaryPrefix),
    );
    let removed = 0;
    for (const { path } of [...(await filesBelow(join(dataDir, 'uploads'))), ...inbox]) {
      const stats = await ifPresent(stat(path));
      if (stats === undefined || stats.mtime >= olderThan) continue;
      if (await isRemoved(path)) removed++;
    }
    return removed;
  } catch (error) {
    throw unavailable(error);
  }
}

/** Removes a file; returns false if this user may not. */
async function isRemoved(path: string): Promise<boolean> {
  try {
    await ifPresent(unlink(path));
    return true;
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
}

/**
 * Lists the files below a folder. It leaves out folders that operating systems make, and those that this user
 * may not read.
 */
async function filesBelow(folder: string): Promise<{ name: string; path: string }[]> {
  const items = await ifPresent(readdir(folder, { withFileTypes: true })).catch((error: unknown) => {
    if (!isForbidden(error)) throw error;
  });
  const files: { name: string; path: string }[] = [];
  for (const item of items ?? []) {
    const path = join(folder, item.name);
    if (item.isFile()) files.push({ name: item.name, path });
    else if (item.isDirectory() && !foreignFolder(item.name)) files.push(...(await filesBelow(path)));
  }
  return files;
}

function unavailable(cause: unknown): ServiceError {
  if (cause instanceof ServiceError) return cause;
  if (isDiskFull(cause)) return new DiskFullError({ cause });
  if (isReadOnly(cause)) return new ReadOnlyDiskError('Uploads', retryAfterSeconds, { cause });
  return new BackendUnavailableError('The folders of uploads are not available.', retryAfterSeconds, {
    cause,
  });
}
