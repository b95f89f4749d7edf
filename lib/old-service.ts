import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isDatabaseFile } from './database-files.ts';
import { codeOf } from './files.ts';
import { isKnownSystemName } from './system-names.ts';

/** Folders of the Python service that came before this one, and the memory of those taken over. */

export const oldDatabaseName = 'blacklist.db';
/** Name of the file in `DATA_DIR` that lists the folders taken over. */
export const takenOverFile = 'imported.json';
/** Name of the file in each picture folder that holds its owner's id, see `claimFolders`. */
export const ownerFile = '.face-blacklist-owner';

const sqliteHeader = 'SQLite format 3\0';

/**
 * Returns true for a SQLite file, unless it is a link to a database that this process has open. One that may
 * not be read counts too: whoever opens it then tells why it can't.
 */
export function isOldDatabase(path: string): boolean {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile() || isDatabaseFile(path)) return false;
  try {
    const file = openSync(path, 'r');
    try {
      const header = Buffer.alloc(sqliteHeader.length);
      readSync(file, header, 0, header.length, 0);
      return header.toString('latin1') === sqliteHeader;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return codeOf(error) === 'EACCES';
  }
}

/** Finds the old service's folder: this one, or the one above it; `undefined` if it is neither. */
export function oldServiceNear(folder: string): string | undefined {
  return [resolve(folder), dirname(resolve(folder))].find(isOldService);
}

function isOldService(folder: string): boolean {
  return isOldDatabase(join(folder, oldDatabaseName));
}

/** Warns of an old service whose people are not listed here yet; returns `undefined` if there is none. */
export function waitingOldService(
  { dataDir, blacklistDir }: Pick<Folders, 'dataDir' | 'blacklistDir'>,
  workingFolder: string,
): string | undefined {
  const folder =
    oldServiceNear(blacklistDir) ?? oldServiceNear(dataDir) ?? [workingFolder].find(isOldService);
  if (folder === undefined || takenOverFolders(dataDir).includes(folder)) return undefined;
  return `${folder} has the old service's ${oldDatabaseName}, whose people are not listed here yet: npm run import -- ${folder}`;
}

/** Returns true if a folder has files, and this service has not made it its own. */
export function isForeign(folder: string): boolean {
  try {
    const names = readdirSync(folder);
    if (names.includes(ownerFile)) return false;
    return names.some((name) => !name.startsWith('.') && !isKnownSystemName(name));
  } catch {
    // Whoever needs the folder tells why it can't be read.
    return false;
  }
}

/** Reads the folders of old services whose data `npm run import` has taken over into this `DATA_DIR`. */
export function takenOverFolders(dataDir: string): string[] {
  try {
    const folders: unknown = JSON.parse(readFileSync(join(dataDir, takenOverFile), 'utf8'));
    return Array.isArray(folders) ? folders.map(String) : [];
  } catch {
    return [];
  }
}

/** Folders of a `Config`. */
interface Folders {
  readonly dataDir: string;
  readonly blacklistDir: string;
  readonly processedDir: string;
  readonly croppedDir: string;
  readonly aws: unknown;
}

const ownNames = { blacklistDir: 'blacklist', processedDir: 'processed', croppedDir: 'cropped' } as const;
const settingNames = {
  blacklistDir: 'BLACKLIST_DB_PATH',
  processedDir: 'PROCESSED_IMAGES_OUTPUT_DIR',
  croppedDir: 'CROPPED_FACES_OUTPUT_DIR',
} as const;
const fields = ['blacklistDir', 'processedDir', 'croppedDir'] as const;

/**
 * Replaces picture folders of an old service that was taken over by folders in `DATA_DIR`. Old settings then
 * work as they are, and the old pictures stay as they are.
 */
export function inOwnFolders<Config extends Folders>(
  config: Config,
): { config: Config; warnings: readonly string[] } {
  if (config.aws !== undefined) return { config, warnings: [] };
  const old = takenOverFolders(config.dataDir);
  const replaced = fields.filter((field) => old.includes(config[field]));
  if (replaced.length === 0) return { config, warnings: [] };
  return {
    config: withFoldersInDataDir(config, replaced),
    warnings: [
      `${replaced.map((field) => settingNames[field]).join(', ')}: the old service's pictures stay there as they are. ` +
        `This service keeps its own in ${config.dataDir}.`,
    ],
  };
}

/** Names the picture folders that hold the old service's pictures, or lie in its folder. */
export function oldFieldsOf(config: Folders, root: string): (keyof typeof ownNames)[] {
  const isInRoot = (folder: string) => folder === root || folder.startsWith(`${root}/`);
  return fields.filter(
    (field) =>
      isForeign(config[field]) || (isInRoot(config[field]) && !isInside(config[field], config.dataDir)),
  );
}

function isInside(folder: string, other: string): boolean {
  return folder.startsWith(`${other}/`);
}

export function withFoldersInDataDir<Config extends Folders>(
  config: Config,
  replaced: readonly (keyof typeof ownNames)[],
): Config {
  const folders = replaced.map((field) => [field, join(config.dataDir, ownNames[field])]);
  return { ...config, ...Object.fromEntries(folders) };
}
