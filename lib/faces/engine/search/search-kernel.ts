import { readFileSync } from 'node:fs';

/** Part of WebAssembly that the search uses; Node's types leave it out. */
interface WebAssemblyApi {
  readonly Memory: new (size: { initial: number; maximum: number; shared: true }) => SharedMemory;
  readonly Module: new (binary: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

/** Memory of a kernel that every thread sees. */
export interface SharedMemory {
  /** Buffer of the memory; `grow` replaces this object. */
  readonly buffer: SharedArrayBuffer;
  /** Enlarges the memory by this number of pages. */
  grow(pages: number): number;
}

/**
 * Exports of search-kernel.wat, which describes them. Every argument is a position in memory, in bytes, or a
 * count.
 */
interface Kernel {
  /** Memory of this thread alone, at least one page. */
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  scan(row: number, rows: number, codes: number, probe: number, probes: number, out: number): number;
  encode(row: number, codes: number, source: number): void;
}

/** Bytes of a page. */
export const pageSize = 65_536;
/** Limit on pages: 32 bits can address no more. */
const maxPages = 65_536;

const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };
const module = new WebAssembly.Module(readFileSync(new URL('./search-kernel.wasm', import.meta.url)));
const kernels = new WeakMap<SharedMemory, Kernel>();

/**
 * Makes memory of this number of pages. It reserves, but does not use, address space for `maximum` pages, 4
 * GiB unless set, so that it can grow in place.
 */
export function createSharedMemory(pages: number, maximum = maxPages): SharedMemory {
  return new WebAssembly.Memory({ initial: pages, maximum, shared: true });
}

/** Returns this thread's kernel on a gallery's memory. */
export function kernelOn(gallery: SharedMemory): Kernel {
  const known = kernels.get(gallery);
  if (known) return known;
  const kernel = new WebAssembly.Instance(module, { search: { gallery } }).exports as Kernel;
  kernels.set(gallery, kernel);
  return kernel;
}
