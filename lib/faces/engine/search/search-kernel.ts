import { readFileSync } from 'node:fs';

/** The part of WebAssembly that the search uses, for Node's types leave it out. */
interface WebAssemblyApi {
  readonly Memory: new (size: { initial: number; maximum: number; shared: true }) => SharedMemory;
  readonly Module: new (binary: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

/** Memory of a kernel that every thread sees. */
export interface SharedMemory {
  /** Another object after `grow`, for the same memory. */
  readonly buffer: SharedArrayBuffer;
  /** Makes it larger by so many pages. */
  grow(pages: number): number;
}

/** What search-kernel.wat exports; it tells what the functions do. Every argument is a place in memory, in bytes, or a count. */
interface Kernel {
  /** Of one thread alone; at least one page. */
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  scan(row: number, rows: number, codes: number, probe: number, probes: number, out: number): number;
  encode(row: number, codes: number, source: number): void;
}

/** Bytes. */
export const pageSize = 65_536;
/** What 32 bits can address. */
const maxPages = 65_536;

const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };
const module = new WebAssembly.Module(readFileSync(new URL('./search-kernel.wasm', import.meta.url)));
const kernels = new WeakMap<SharedMemory, Kernel>();

/** Memory of so many pages, which can grow to 4 GiB in its place: that much is reserved, not used. */
export function createSharedMemory(pages: number): SharedMemory {
  return new WebAssembly.Memory({ initial: pages, maximum: maxPages, shared: true });
}

/** This thread's kernel on a gallery's memory. */
export function kernelOn(gallery: SharedMemory): Kernel {
  const known = kernels.get(gallery);
  if (known) return known;
  const kernel = new WebAssembly.Instance(module, { search: { gallery } }).exports as Kernel;
  kernels.set(gallery, kernel);
  return kernel;
}
