import { isBuiltin } from 'node:module';
import { basename, dirname, resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { bundledTogether, esbuildOptions } from './bundling.ts';

/** The result of bundling a function. */
export interface Bundle {
  readonly file: string;
  readonly bytes: number;
  /** Bytes of the bundle by their origin: a package's name, or one of this repository's folders. */
  readonly contents: ReadonlyMap<string, number>;
  /** Modules that the bundle can't start without, except Node's own. */
  readonly imports: readonly string[];
}

/**
 * Bundles functions as the stack does, and tells what is in each.
 * @param names the functions; all of them by default
 */
export async function bundleFunctions(
  folder: string,
  names?: readonly string[],
): Promise<ReadonlyMap<string, Bundle>> {
  const bundles = new Map<string, Bundle>();
  for (const group of bundledTogether(names)) {
    const { metafile } = await build({ ...esbuildOptions(group, folder), metafile: true });
    for (const [path, output] of Object.entries(metafile?.outputs ?? {})) {
      const file = resolve(path);
      bundles.set(basename(dirname(file)), describe(file, output));
    }
  }
  return bundles;
}

function describe(file: string, { bytes, inputs, imports }: Metafile['outputs'][string]): Bundle {
  const contents = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const origin = originOf(path);
    if (bytesInOutput > 0) contents.set(origin, (contents.get(origin) ?? 0) + bytesInOutput);
  }
  const needed = imports
    .filter(({ kind, path }) => kind !== 'dynamic-import' && !isBuiltin(path))
    .map(({ path }) => path);
  return { file, bytes, contents, imports: [...new Set(needed)] };
}

function originOf(path: string): string {
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path.split('/').slice(0, 3).join('/');
}
