import { codesSize, type SharedGallery } from './gallery-memory.ts';
import { kernelOn, pageSize } from './search-kernel.ts';

/** Bytes of a probe before its codes. */
const headSize = 64;

/** Largest code of a probe: the sum over 2,048 dimensions of 127 times this stays below 2^31. */
const maxCode = 8191;

/**
 * Margin for rounding: far more than some thousand operations in double precision lose, and too little to
 * matter.
 */
const roundingMargin = 1e-9;

/** Formula of a row's score. `upper` is an upper bound of the cosine between row and probe. */
export interface Scoring {
  /**
   * Terms of `upper * (constant + perLength * length) - perSquare * length ** 2`, where `length` is the
   * row's.
   */
  readonly constant: number;
  readonly perLength: number;
  readonly perSquare: number;
}

/**
 * Runs the kernel on one gallery with some probes. Probes lie in the kernel's own memory from byte 0 on, one
 * after the other. A probe has its least score, its step, the weight of the row's error, its error, and the
 * scoring's three numbers (float64 each). Then come 8 free bytes, and a code (int16) for each code of a row.
 */
export class Scan {
  readonly #kernel: ReturnType<typeof kernelOn>;
  readonly #codes: number;
  readonly #probes: number;
  readonly #scratch: DataView;
  readonly #out: Uint32Array;

  /**
   * @param units the probes scaled to length 1, at least one
   * @param maxRows limit on the rows of one `scan`, at most 65,535
   */
  constructor(
    { memory, dimensions }: SharedGallery,
    units: readonly Float64Array[],
    scorings: readonly Scoring[],
    maxRows: number,
  ) {
    this.#kernel = kernelOn(memory);
    this.#codes = codesSize(dimensions);
    this.#probes = units.length;
    const outStart = units.length * this.#probeSize;
    const own = this.#kernel.memory;
    const pages = Math.ceil((outStart + 4 * maxRows * units.length) / pageSize);
    own.grow(Math.max(0, pages - own.buffer.byteLength / pageSize));
    this.#scratch = new DataView(own.buffer);
    this.#out = new Uint32Array(own.buffer, outStart);
    units.forEach((unit, probe) => {
      this.#writeProbe(probe, unit, scorings[probe] as Scoring);
    });
  }

  /** Rules out, from now on, rows whose score for this probe is below this. */
  setLeastScore(probe: number, score: number): void {
    this.#scratch.setFloat64(probe * this.#probeSize, score, true);
  }

  /**
   * Finds the rows that can't be ruled out, each as `row << 16 | probe`; rows count from 0 at byte `start`.
   * The list is valid until the next call.
   */
  scan(start: number, rows: number): Uint32Array {
    const found = this.#kernel.scan(start, rows, this.#codes, 0, this.#probes, this.#out.byteOffset);
    return this.#out.subarray(0, found);
  }

  get #probeSize(): number {
    return headSize + 2 * this.#codes;
  }

  #writeProbe(probe: number, unit: Float64Array, { constant, perLength, perSquare }: Scoring): void {
    const start = probe * this.#probeSize;
    const step = Math.max(...unit.map(Math.abs)) / maxCode;
    const codes = new Int16Array(this.#scratch.buffer, start + headSize, this.#codes).fill(0);
    let squares = 0;
    unit.forEach((value, index) => {
      const code = Math.round(value / step);
      codes[index] = code;
      squares += (value - code * step) ** 2;
    });
    const error = Math.sqrt(squares) + roundingMargin;
    const head = [Number.NEGATIVE_INFINITY, step, 1 + error, error, constant, perLength, perSquare];
    head.forEach((number, index) => {
      this.#scratch.setFloat64(start + 8 * index, number, true);
    });
  }
}
