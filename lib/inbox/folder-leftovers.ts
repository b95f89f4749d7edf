import { readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeText } from '../decode-text.ts';
import { BackendUnavailableError } from '../errors.ts';
import { codeOf, ifPresent } from '../files.ts';
import type { Leftovers } from '../images/leftovers.ts';
import { isForbidden } from '../writable-folder.ts';
import { mountsBelow } from './mounted-files.ts';
import { isRemovable, joinBytes, walkInbox } from './walk.ts';

const retryAfterSeconds = 5;
const nobody = { passedOver: () => undefined, unreadable: () => undefined };

/** The files in the folders `inbox`, `rejected` and `uploads` of a data folder. */
export function openFolderLeftovers(dataDir: string): Leftovers {
  return {
    async *list(folder) {
      try {
        const root = Buffer.from(join(dataDir, folder));
        const mounts = (await ifPresent(mountsBelow(root))) ?? new Set();
        for await (const { key, path, stats } of walkInbox(root, nobody, `${folder}/`)) {
          // One that this user may not remove would hold up deletions; `folderInboxWarnings` tells of it.
          if (!(await isRemovable(path, mounts))) continue;
          // The time of the file's arrival, for its own time came with it.
          yield { key, path, since: new Date(Number(stats.ctimeMs)) };
        }
      } catch (error) {
        throw unavailable(error);
      }
    },
    async removeEmptyFolders(folder, isMeant) {
      try {
        const root = Buffer.from(join(dataDir, folder));
        const items = await ifPresent(readdir(root, { withFileTypes: true, encoding: 'buffer' }));
        for (const item of items ?? []) {
          if (!item.isDirectory() || !isMeant(decodeText(item.name))) continue;
          await removeIfEmpty(joinBytes(root, item.name));
        }
      } catch (error) {
        throw unavailable(error);
      }
    },
    async delete({ key, path = joinBytes(Buffer.from(dataDir), Buffer.from(key)) }) {
      try {
        await ifPresent(unlink(path));
      } catch (error) {
        throw unavailable(error);
      }
    },
  };
}

/** Removes a folder with the empty folders in it; one with a file, or that may not be removed, stays. */
async function removeIfEmpty(folder: Buffer): Promise<void> {
  try {
    const items = await ifPresent(readdir(folder, { withFileTypes: true, encoding: 'buffer' }));
    for (const item of items ?? []) {
      if (item.isDirectory()) await removeIfEmpty(joinBytes(folder, item.name));
    }
    await ifPresent(rmdir(folder));
  } catch (error) {
    // A folder on which something is mounted is busy.
    if (!isForbidden(error) && !['ENOTEMPTY', 'EBUSY'].includes(codeOf(error) ?? '')) throw error;
  }
}

function unavailable(error: unknown): BackendUnavailableError {
  // The code alone: the system's message repeats the path, and with it a person's name.
  return new BackendUnavailableError('The inbox is not available.', retryAfterSeconds, {
    cause: codeOf(error) ?? error,
  });
}
