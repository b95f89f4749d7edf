import { realpath } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { ConfigError } from '../config.ts';
import type { ImageFolderPaths } from './location.ts';

/**
 * Refuses picture folders of which one is another, or is in it, also through links. The sweep removes from
 * each what it does not know, and the inbox lists whoever is in it.
 * @param folders the picture folders, which exist
 * @param dataDir the folder whose `inbox`, `rejected` and `uploads` are others too
 * @throws ConfigError that names the settings
 */
export async function requireOwnFolders(folders: ImageFolderPaths, dataDir: string): Promise<void> {
  const settings: [name: string, path: string][] = [
    ['BLACKLIST_DB_PATH', folders.blacklist],
    ['PROCESSED_IMAGES_OUTPUT_DIR', folders.processed],
    ['CROPPED_FACES_OUTPUT_DIR', folders.cropped],
  ];
  const others = ['inbox', 'rejected', 'uploads'].map((name): [string, string] => [
    `${name} in DATA_DIR`,
    join(dataDir, name),
  ]);
  const places = await Promise.all(
    [...settings, ...others].map(async ([name, path]) => ({ name, path: await realPath(path) })),
  );
  for (const [index, one] of places.slice(0, settings.length).entries()) {
    const other = places
      .slice(index + 1)
      .find(({ path }) => isWithin(path, one.path) || isWithin(one.path, path));
    if (other === undefined) continue;
    throw new ConfigError(
      `The folders of ${one.name} (${one.path}) and ${other.name} (${other.path}) are the same, or one is in the other: ` +
        'each needs its own, because pictures of one would be removed from the other or be taken for it.',
    );
  }
}

async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
