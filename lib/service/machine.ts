import { stat } from 'node:fs/promises';
import type { Config } from '../config.ts';
import { dayMs } from '../days.ts';
import { freeBytes } from '../disk-space.ts';
import { imageFolderPaths } from '../images/location.ts';
import type { TimeDisorder } from '../records/processed.ts';

/** A disk that will soon be full. */
export interface LowDisk {
  /** Folder that the service stores data in. */
  readonly folder: string;
  readonly freeBytes: number;
}

/** Finds the disks with less room than `MIN_FREE_BYTES`, each once. */
export async function lowDisks(config: Config): Promise<LowDisk[]> {
  const found = new Map<number, LowDisk>();
  for (const folder of foldersOf(config)) {
    // A folder that does not exist, or can't be read, is reported elsewhere.
    const disk = await stat(folder).catch(() => undefined);
    const free = disk && (await freeBytes(folder).catch(() => undefined));
    if (disk && free !== undefined && free < config.minFreeBytes && !found.has(disk.dev)) {
      found.set(disk.dev, { folder, freeBytes: free });
    }
  }
  return [...found.values()];
}

function foldersOf(config: Config): string[] {
  const { aws, dataDir } = config;
  if (aws) return aws.tableName === undefined ? [dataDir] : [];
  return [dataDir, ...Object.values(imageFolderPaths(config))];
}

export function diskWarning({ folder, freeBytes }: LowDisk): string {
  return (
    `The disk that ${folder} is on is nearly full: ${Math.floor(freeBytes / 1_000_000).toLocaleString('en')} MB are left. Nothing more ` +
    'can be kept once it is full. Delete what is not needed, or give it more room.'
  );
}

/** Milliseconds for which a clock that was put back is reported. */
const recentMs = 30 * dayMs;

/** Returns a warning about a clock that was set back recently, or that is still ahead. */
export function clockWarning({ before, after }: TimeDisorder): string | undefined {
  const isRecent = Date.now() - Date.parse(after.timestamp) < recentMs;
  if (!isRecent && Date.parse(before.timestamp) <= Date.now()) return undefined;
  return (
    `The clock was put back while the service ran: processed picture ${before.id} has the time ${before.timestamp}, and the next one, ` +
    `${after.id}, an earlier one, ${after.timestamp}. The order of their numbers is right; a search by time goes by the times that they have. ` +
    'See to it that the clock is set by a time server.'
  );
}
