import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { ConfigError } from '../../lib/config.ts';

/** Part of the old machine's paths, and the folder that has its files now. */
export interface PathMap {
  readonly from: string;
  readonly to: string;
}

/**
 * Reads arguments of the form `OLD=NEW`.
 * @throws ConfigError when one has another form, or its NEW is no folder
 */
export function readPathMaps(texts: readonly string[]): PathMap[] {
  return texts.map((text) => {
    const [, from = '', to = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (from === '') throw new ConfigError(`--map takes OLD=NEW, such as /app=/srv/old, not '${text}'.`);
    if (!isFolder(to)) throw new ConfigError(`--map ${text}: there is no folder ${resolve(to)}.`);
    return { from: slashed(from), to: resolve(to) };
  });
}

/**
 * Finds files and folders of the old service by the paths in its database. Nothing is found outside of the
 * folders given: whoever could write the database, or a link, would else choose what is read here.
 */
export class OldPaths {
  readonly #root: string;
  readonly #maps: readonly PathMap[];
  readonly #allowed: readonly string[];

  /**
   * @param root folder of the old service
   * @param maps the longest match counts
   */
  constructor(root: string, maps: readonly PathMap[]) {
    this.#root = resolve(root);
    this.#maps = maps.toSorted((one, other) => other.from.length - one.from.length);
    this.#allowed = [this.#root, ...maps.map(({ to }) => to)].map((folder) => realpathSync(folder));
  }

  folder(old: string): string | undefined {
    return this.#candidates(old).find((path) => isFolder(path) && this.contains(path));
  }

  file(old: string): string | undefined {
    return this.#candidates(old).find((path) => isFile(path) && this.contains(path));
  }

  /** Returns true if a path leads, by whatever links, to a place in the folders given. */
  contains(path: string | Buffer): boolean {
    try {
      const real = realpathSync(path);
      return this.#allowed.some((folder) => real === folder || real.startsWith(join(folder, sep)));
    } catch {
      return false;
    }
  }

  /** Tells what to do about a path that leads out of the folders given; otherwise nothing. */
  adviceOn(old: string): string {
    const isOutside = this.#candidates(old).some((path) => statSync(path, { throwIfNoEntry: false }));
    return isOutside ? ' It lies outside of the folder given: --map OLD=NEW lets it be read.' : '';
  }

  /**
   * Lists the places where a path may be now: by the maps, then its ends below the root, the longest first,
   * and last the path itself.
   */
  #candidates(old: string): string[] {
    const path = slashed(old);
    if (path === '' || path.includes('\0') || path.split('/').includes('..')) return [];
    const map = this.#maps.find(({ from }) => path === from || path.startsWith(`${from}/`));
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    const ends = names.map((_, first) => join(this.#root, ...names.slice(first)));
    return [
      ...(map ? [join(map.to, path.slice(map.from.length))] : []),
      ...ends,
      ...(isAbsolute(path) ? [path] : []),
    ];
  }
}

/** Writes a path with slashes, without a drive's letter and without a slash at its end. */
function slashed(path: string): string {
  const plain = path
    .trim()
    .replaceAll('\\', '/')
    .replace(/^[A-Za-z]:(?=\/)/, '');
  return plain.length > 1 ? plain.replace(/\/+$/, '') : plain;
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
