import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { esbuildOptions } from './bundling.ts';

/** The result of bundling a function. */
export interface Bundle {
  readonly file: string;
  readonly bytes: number;
  /** Bytes of the bundle by their origin: a package's name, or one of this repository's folders. */
  readonly contents: ReadonlyMap<string, number>;
  /** Modules that the bundle can't start without, except Node's own. */
  readonly imports: readonly string[];
}

/** Bundles a function as the stack does, and tells what is in it. */
export async function bundleFunction(functionName: string, folder: string): Promise<Bundle> {
  const file = join(folder, functionName, 'index.mjs');
  const { metafile } = await build({ ...esbuildOptions(functionName, file), metafile: true });
  const output = Object.values(metafile?.outputs ?? {})[0];
  if (output === undefined) throw new Error(`Nothing came out of bundling ${functionName}.`);
  const contents = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
    const origin = originOf(path);
    if (bytesInOutput > 0) contents.set(origin, (contents.get(origin) ?? 0) + bytesInOutput);
  }
  const imports = output.imports
    .filter(({ kind, path }) => kind !== 'dynamic-import' && !isBuiltin(path))
    .map(({ path }) => path);
  return { file, bytes: output.bytes, contents, imports: [...new Set(imports)] };
}

function originOf(path: string): string {
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path.split('/').slice(0, 3).join('/');
}
