import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { BackendUnavailableError } from '../errors.ts';
import { codeOf, ifPresent } from '../files.ts';
import type { Leftovers } from '../images/leftovers.ts';
import { joinBytes, walkInbox } from './walk.ts';

const retryAfterSeconds = 5;
const nobody = { passedOver: () => undefined, unreadable: () => undefined };

/** The files in the folders `inbox` and `rejected` of a data folder. */
export function openFolderLeftovers(dataDir: string): Leftovers {
  /** Names on disk need not be UTF-8, so the paths that were listed are kept. */
  const paths = new Map<string, Buffer>();
  return {
    async *list(folder) {
      try {
        for await (const { key, path, stats } of walkInbox(
          Buffer.from(join(dataDir, folder)),
          nobody,
          `${folder}/`,
        )) {
          paths.set(key, path);
          // The time of the file's arrival, for its own time came with it.
          yield { key, since: new Date(Number(stats.ctimeMs)) };
        }
      } catch (error) {
        throw unavailable(error);
      }
    },
    async delete(key) {
      const path = paths.get(key) ?? joinBytes(Buffer.from(dataDir), Buffer.from(key));
      try {
        await ifPresent(unlink(path));
        paths.delete(key);
      } catch (error) {
        throw unavailable(error);
      }
    },
  };
}

function unavailable(error: unknown): BackendUnavailableError {
  // The code alone: the system's message repeats the path, and with it a person's name.
  return new BackendUnavailableError('The inbox is not available.', retryAfterSeconds, {
    cause: codeOf(error) ?? error,
  });
}
