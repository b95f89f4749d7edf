import { type PathLike, realpathSync } from 'node:fs';
import { constants } from 'node:fs/promises';
import { sep } from 'node:path';
import { DatabaseFileError, openUnlessDatabase } from '../lib/database-files.ts';
import { InputUnreadableError } from '../lib/errors.ts';
import { pictureTooLarge } from '../lib/inputs/too-large.ts';

/**
 * Reads a picture's file for a command-line tool: whatever the user may read, but no pipe or device, which
 * might never end.
 * @throws InputUnreadableError when there is none to be read.
 * @throws InputTooLargeError when it has more than `maxBytes`; it is not read then.
 */
export async function readPictureFile(path: PathLike, maxBytes: number): Promise<Uint8Array> {
  try {
    const file = await openUnlessDatabase(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new InputUnreadableError('It is not a file.');
      if (stats.size > maxBytes) throw pictureTooLarge(maxBytes);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof DatabaseFileError) throw new InputUnreadableError('It is a file of the database.');
    if (error instanceof Error && 'syscall' in error && 'code' in error) {
      throw new InputUnreadableError(`The file can't be read (${error.code}).`);
    }
    throw error;
  }
}

/** Returns true if a path leads, by whatever links, to something in a folder. */
export function leadsInto(path: PathLike, folder: string): boolean {
  try {
    return realpathSync(path).startsWith(`${realpathSync(folder)}${sep}`);
  } catch {
    return false;
  }
}
