import { readFileSync } from 'node:fs';

/** Exports of cut-kernel.wat, which describes them. Positions are in bytes. */
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  cutRow(
    pixels: number,
    rowBytes: number,
    x: number,
    y: number,
    stepX: number,
    stepY: number,
    samplesBytes: number,
    share: number,
    out: number,
    end: number,
    planeBytes: number,
  ): void;
  halveRows(upper: number, lower: number, out: number, end: number): void;
}

/** Part of WebAssembly that is used here; Node's types leave it out. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    Module: new (binary: Uint8Array) => object;
    Instance: new (module: object) => { readonly exports: object };
  };
};
const module = new WebAssembly.Module(readFileSync(new URL('./cut-kernel.wasm', import.meta.url)));

/** This thread's kernel. */
export const kernel = new WebAssembly.Instance(module).exports as Kernel;

const pageSize = 65_536;

/** Enlarges the kernel's memory to so many bytes at least, which replaces its buffer. */
export function reserve(bytes: number): void {
  const missing = bytes - kernel.memory.buffer.byteLength;
  if (missing > 0) kernel.memory.grow(Math.ceil(missing / pageSize));
}
