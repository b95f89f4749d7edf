import { unlink } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { BackendUnavailableError } from '../errors.ts';
import { codeOf, ifPresent } from '../files.ts';
import { originFile } from '../origin.ts';
import { isUploadName } from '../upload-name.ts';

const retryAfterSeconds = 5;

/**
 * Removes the upload of that path, and what it tells of its origin; a path that is no upload's stays.
 * @param folder of the uploads
 * @throws BackendUnavailableError
 */
export async function removeUpload(folder: string, path: string): Promise<void> {
  if (dirname(path) !== resolve(folder) || !isUploadName(basename(path))) return;
  try {
    await ifPresent(unlink(path));
    await ifPresent(unlink(originFile(path)));
  } catch (error) {
    throw new BackendUnavailableError('The folders of uploads are not available.', retryAfterSeconds, {
      cause: codeOf(error) ?? error,
    });
  }
}
