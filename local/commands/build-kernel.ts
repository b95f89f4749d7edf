/**
 * Command: builds the search's kernel from its source. Only a change of the source requires it.
 *
 * usage: node local/commands/build-kernel.ts
 */
import { readFile, writeFile } from 'node:fs/promises';
import loadWabt from 'wabt';

const source = new URL('../../lib/faces/engine/search/search-kernel.wat', import.meta.url);
const features = { threads: true, multi_memory: true };

/** Compiles the kernel's source to its binary. */
export async function buildKernel(): Promise<Uint8Array> {
  const wabt = await loadWabt();
  const module = wabt.parseWat('search-kernel.wat', await readFile(source), features);
  try {
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}

if (import.meta.main) await writeFile(new URL('search-kernel.wasm', source), await buildKernel());
