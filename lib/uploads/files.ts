import { readdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDiskFull } from '../disk-space.ts';
import { BackendUnavailableError, DiskFullError, ServiceError } from '../errors.ts';
import { ifPresent, syncFolder, temporaryPrefix, writeWhole } from '../files.ts';
import { systemFolder } from '../system-names.ts';
import { isForbidden } from '../writable-folder.ts';

const retryAfterSeconds = 5;

/**
 * Writes a file as its bytes come, under a temporary name, and renames it when it is whole and on disk. Folders that are not there are
 * made, 0700; the file is 0600. What fails leaves nothing.
 * @throws BackendUnavailableError, DiskFullError, and what `chunks` throws of our own.
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
 * Removes from `uploads` in the data folder what was written before `olderThan`, and from `inbox` what was left half-written.
 * Returns how many files that were.
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

/** Removes a file; returns false where this user may not. */
async function isRemoved(path: string): Promise<boolean> {
  try {
    await ifPresent(unlink(path));
    return true;
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
}

/** Files below a folder, without those of systems' own folders and of folders that this user may not read. */
async function filesBelow(folder: string): Promise<{ name: string; path: string }[]> {
  const items = await ifPresent(readdir(folder, { withFileTypes: true })).catch((error: unknown) => {
    if (!isForbidden(error)) throw error;
  });
  const files: { name: string; path: string }[] = [];
  for (const item of items ?? []) {
    const path = join(folder, item.name);
    if (item.isFile()) files.push({ name: item.name, path });
    else if (item.isDirectory() && !systemFolder(item.name)) files.push(...(await filesBelow(path)));
  }
  return files;
}

function unavailable(cause: unknown): ServiceError {
  if (cause instanceof ServiceError) return cause;
  if (isDiskFull(cause)) return new DiskFullError({ cause });
  return new BackendUnavailableError('The folders of uploads are not available.', retryAfterSeconds, {
    cause,
  });
}
