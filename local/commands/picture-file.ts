import { constants, open } from 'node:fs/promises';
import { InputUnreadableError } from '../../lib/errors.ts';
import { pictureTooLarge } from '../../lib/inputs/too-large.ts';

/**
 * Reads a picture's file for a command-line tool: whatever the user may read, but no pipe or device, which might never end.
 * @throws InputUnreadableError when there is none to be read.
 * @throws InputTooLargeError when it has more than `maxBytes`; it is not read then.
 */
export async function readPictureFile(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new InputUnreadableError('It is not a file.');
      if (stats.size > maxBytes) throw pictureTooLarge(maxBytes);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Error && 'syscall' in error && 'code' in error) {
      throw new InputUnreadableError(`The file can't be read (${error.code}).`);
    }
    throw error;
  }
}
