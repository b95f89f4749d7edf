import { readFile, realpath } from 'node:fs/promises';

/** Table of the mounts that this process sees, https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html. */
const mountTable = '/proc/self/mountinfo';
/** Number of the column that has the place of a mount. */
const placeColumn = 4;

/**
 * Lists what is mounted below a folder, by its real path, one character for each byte. Such a file can't be
 * removed, whatever its permissions say. Where the system has no table of mounts, the list is empty.
 */
export async function mountsBelow(folder: Buffer): Promise<ReadonlySet<string>> {
  const table = await readFile(mountTable, 'latin1').catch(() => '');
  if (table === '') return new Set();
  const start = `${(await realpath(folder, { encoding: 'buffer' })).toString('latin1').replace(/\/$/, '')}/`;
  return new Set(mountPlaces(table).filter((place) => place.startsWith(start)));
}

/** Reads the places of mounts. The kernel writes spaces, line breaks and backslashes by their numbers. */
export function mountPlaces(table: string): string[] {
  return table.split('\n').flatMap((line) => {
    const place = line.split(' ', placeColumn + 1)[placeColumn];
    return place
      ? [place.replaceAll(/\\([0-7]{3})/g, (_, number) => String.fromCharCode(Number.parseInt(number, 8)))]
      : [];
  });
}

/** Returns true for a file that is a mount of its own. */
export async function isMounted(path: Buffer, mounts: ReadonlySet<string>): Promise<boolean> {
  if (mounts.size === 0) return false;
  return mounts.has((await realpath(path, { encoding: 'buffer' })).toString('latin1'));
}
