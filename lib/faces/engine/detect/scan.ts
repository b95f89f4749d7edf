import { codesSize, type SharedGallery } from '../search/gallery-memory.ts';
import { kernelOn, pageSize } from '../search/search-kernel.ts';

/** Bytes. */
const headSize = 64;

/** The largest code of a probe. The sum over 2,048 dimensions of 127 times this stays below 2^31. */
const maxCode = 8191;

/** Far more than the rounding of some thousand operations in double precision, far less than matters. */
const roundingMargin = 1e-9;

/** What a row's score is made of, and what it must reach; `upper` is the most that the cosine between row and probe can be. */
export interface Scoring {
  /** The score is `upper * (constant + perLength * length) - perSquare * length ** 2`, `length` being the row's. */
  readonly constant: number;
  readonly perLength: number;
  readonly perSquare: number;
}

/**
 * The kernel on one gallery with some probes. Probes lie in the kernel's own memory from byte 0 on, one after the other: least score,
 * step, weight of the row's error, error, the scoring's three numbers (float64 each), 8 bytes free, and a code (int16) for each of the
 * row's.
 */
export class Scan {
  readonly #kernel: ReturnType<typeof kernelOn>;
  readonly #codes: number;
  readonly #probes: number;
  readonly #scratch: DataView;
  readonly #out: Uint32Array;

  /** `units` are the probes scaled to length 1, at least one; `scan` is called with at most `maxRows` rows, at most 65,535. */
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

  /** From now on, rows whose score is less than this are ruled out for this probe. */
  setLeastScore(probe: number, score: number): void {
    this.#scratch.setFloat64(probe * this.#probeSize, score, true);
  }

  /**
   * The rows, counted from the one that begins at byte `start`, that can't be ruled out, each as `row << 16 | probe`. The list is
   * good until the next call.
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
