/**
 * Command: builds the engine's kernels from their sources. Only a change of a source requires it.
 *
 * usage: node local/commands/build-kernel.ts
 */
import { readFile, writeFile } from 'node:fs/promises';
import loadWabt from 'wabt';

const engine = new URL('../../lib/faces/engine/', import.meta.url);
const features = { threads: true, multi_memory: true };

/** Paths of the kernels in the engine's folder, without their ending. */
export const kernels = ['search/search-kernel', 'geometry/cut-kernel'] as const;

/** Returns the place of a kernel's source or binary. */
export function kernelFile(kernel: (typeof kernels)[number], ending: 'wat' | 'wasm'): URL {
  return new URL(`${kernel}.${ending}`, engine);
}

/** Compiles a kernel's source to its binary. */
export async function buildKernel(kernel: (typeof kernels)[number]): Promise<Uint8Array> {
  const wabt = await loadWabt();
  const module = wabt.parseWat(kernel, await readFile(kernelFile(kernel, 'wat')), features);
  try {
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}

if (import.meta.main) {
  for (const kernel of kernels) await writeFile(kernelFile(kernel, 'wasm'), await buildKernel(kernel));
}
