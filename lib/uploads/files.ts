import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BackendUnavailableError, ServiceError } from '../errors.ts';

const folderMode = 0o700;
const fileMode = 0o600;

/** No upload has a name like this; whoever looks into the inbox passes over names that begin with a dot. */
const temporaryPrefix = '.tmp-';

/** How often a folder is made again that others remove, because it is empty, before there is a file in it. */
const maxFolderAttempts = 10;

const retryAfterSeconds = 5;

/**
 * Writes a file as its bytes come, under a temporary name, and renames it when it is whole and on disk. Folders that are not there are
 * made, 0700; the file is 0600. What fails leaves nothing.
 * @throws BackendUnavailableError, and what `chunks` throws of our own.
 */
export async function writeUpload(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    const temporary = await openTemporary(dirname(path));
    try {
      await writeAndSync(temporary.handle, chunks);
      await rename(temporary.path, path);
    } catch (error) {
      await unlink(temporary.path).catch(ignoreAbsence);
      throw error;
    }
    await using folder = await open(dirname(path), 'r');
    await folder.sync();
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
      const stats = await stat(path).catch(ignoreAbsence);
      if (stats === undefined || stats.mtime >= olderThan) continue;
      await unlink(path).catch(ignoreAbsence);
      removed++;
    }
    return removed;
  } catch (error) {
    throw unavailable(error);
  }
}

async function openTemporary(folder: string): Promise<{ path: string; handle: FileHandle }> {
  const path = join(folder, temporaryPrefix + randomUUID());
  for (let attempts = 1; ; attempts++) {
    await mkdir(folder, { recursive: true, mode: folderMode });
    try {
      return { path, handle: await open(path, 'wx', fileMode) };
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || attempts === maxFolderAttempts) throw error;
    }
  }
}

async function writeAndSync(handle: FileHandle, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await handle.writeFile(chunks);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function filesBelow(folder: string): Promise<{ name: string; path: string }[]> {
  const items = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ignoreAbsence);
  return (items ?? [])
    .filter((item) => item.isFile())
    .map(({ name, parentPath }) => ({ name, path: join(parentPath, name) }));
}

function ignoreAbsence(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function unavailable(cause: unknown): ServiceError {
  if (cause instanceof ServiceError) return cause;
  return new BackendUnavailableError('The folders of uploads are not available.', retryAfterSeconds, {
    cause,
  });
}
