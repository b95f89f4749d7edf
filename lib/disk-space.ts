import { randomBytes } from 'node:crypto';
import { closeSync, openSync, type StatsFs, statfsSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { DiskFullError } from './errors.ts';

/**
 * Bytes reserved for deletions, because only they make room on a full disk. SQLite's write-ahead log grows to
 * 4 MiB between two checkpoints, and a checkpoint may make the database larger by as much.
 */
export const reserveBytes = 5 * 1024 * 1024;

/** System error numbers for no room. Node knows no name for a used up quota, and tells its number alone. */
const noRoom = new Set([-constants.errno.ENOSPC, -constants.errno.EDQUOT]);

/** Returns true if the disk is full, or a quota of the user or the folder is used up. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'errno' in error && noRoom.has(Number(error.errno));
}

/** Returns true if the file system takes no writes: it is mounted so, or became so after a failure. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EROFS';
}

/**
 * Returns the bytes that this user may still write at the path, or `undefined` where the file system does not
 * report them.
 */
export async function freeBytes(path: string): Promise<number | undefined> {
  return freeIn(await statfs(path));
}

/** Returns true unless the file system at the path tells that fewer bytes are free. */
export function hasFree(path: string, bytes: number): boolean {
  return (freeIn(statfsSync(path)) ?? bytes) >= bytes;
}

function freeIn({ blocks, bavail, bsize }: StatsFs): number | undefined {
  return blocks > 0 ? bavail * bsize : undefined;
}

/**
 * Refuses to write this many bytes if they would use up the reserve for deletions.
 * @throws Error with the code `ENOSPC`, and the file system's errors
 */
export async function requireRoom(path: string, bytes: number): Promise<void> {
  const free = await freeBytes(path);
  if (free === undefined || free >= bytes + reserveBytes) return;
  throw Object.assign(new Error(`ENOSPC: ${free} bytes are left on the disk`), {
    code: 'ENOSPC',
    errno: -constants.errno.ENOSPC,
  });
}

/** File that holds room on a disk until deletions need it. */
export class DiskReserve {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Completes the file if it is not whole. Whoever adds data calls this first, so that the room freed for
   * deletions is not taken by new data.
   * @throws DiskFullError when there is no room for it
   */
  require(): void {
    const missing = reserveBytes - this.#size();
    if (missing === 0) return;
    const free = freeIn(statfsSync(dirname(this.#path)));
    if (free !== undefined && free < missing) throw new DiskFullError();
    if (this.fillUp() === 'disk full') throw new DiskFullError();
  }

  /** Makes room for deletions; returns false if the file held none. */
  giveUp(): boolean {
    const size = this.#size();
    try {
      unlinkSync(this.#path);
      return size > 0;
    } catch {
      return false;
    }
  }

  /**
   * Makes the file as large as it can get, up to its full size. A failure other than a full disk is ignored:
   * the next write will meet it too.
   */
  fillUp(): 'whole' | 'disk full' | 'failed' {
    try {
      const file = openSync(this.#path, 'a', 0o600);
      try {
        for (let size = this.#size(); size < reserveBytes; size = this.#size())
          writeSync(file, filling(), size);
        return 'whole';
      } finally {
        closeSync(file);
      }
    } catch (error) {
      return isDiskFull(error) ? 'disk full' : 'failed';
    }
  }

  #size(): number {
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }
}

let random: Buffer | undefined;

/**
 * Returns random bytes of the reserve's size. Some file systems store zeros without space, and equal blocks
 * only once.
 */
function filling(): Buffer {
  random ??= randomBytes(reserveBytes);
  return random;
}

/**
 * Tries to write a small file in the folder, and returns the system's error.
 * @returns `undefined` when the file could be written
 */
export function refusalToWrite(folder: string): unknown {
  const path = `${folder}/.tmp-probe-${process.pid}`;
  try {
    const file = openSync(path, 'w', 0o600);
    try {
      writeSync(file, Buffer.alloc(4096, 1));
    } finally {
      closeSync(file);
      unlinkSync(path);
    }
  } catch (error) {
    return error;
  }
}
