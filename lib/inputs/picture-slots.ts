import pLimit, { type LimitFunction } from 'p-limit';
import { meter } from '#metrics';
import type { PictureSlots as PictureSlotsPort } from './port.ts';

export interface PictureSlotsOptions {
  /** Limit on the pictures in work at the same time. */
  readonly atOnce: number;
  /** Memory of all pictures in work together, in bytes. */
  readonly memoryBytes: number;
}

interface Waiting {
  readonly bytes: number;
  /** Time by `performance.now()` that decides on the order: a large picture counts as one that came later. */
  readonly due: number;
  readonly begin: () => void;
}

/** Share of the memory that only small pictures get. A picture that fits into it is small. */
const reservedShare = 1 / 6;

/**
 * Head start of small pictures, in milliseconds for each byte of the large one: 1 s for 10 MB. A small
 * picture that came later by less goes first.
 */
const headStartMsPerByte = 1_000 / 10e6;

/**
 * Limits the work on decoded pictures, by their memory. Large pictures never take all memory or all slots, so
 * that small ones need not wait for them. No picture waits for ever: one that comes much later goes behind
 * it.
 */
export class PictureSlots implements PictureSlotsPort {
  readonly concurrency: number;
  readonly #memoryBytes: number;
  readonly #reservedBytes: number;
  readonly #waiting: Waiting[] = [];
  readonly #small = { count: 0, bytes: 0 };
  readonly #large = { count: 0, bytes: 0 };

  constructor({ atOnce, memoryBytes }: PictureSlotsOptions) {
    this.concurrency = atOnce;
    this.#memoryBytes = memoryBytes;
    this.#reservedBytes = memoryBytes * reservedShare;
  }

  get active(): number {
    return this.#small.count + this.#large.count;
  }

  get pending(): number {
    return this.#waiting.length;
  }

  /** Memory of the pictures in work, in bytes, by their estimates. */
  get activeBytes(): number {
    return this.#small.bytes + this.#large.bytes;
  }

  fairShare(): LimitFunction {
    return pLimit(this.concurrency);
  }

  async run<Result>(memoryBytes: number, work: () => Promise<Result>): Promise<Result> {
    const bytes = Math.min(memoryBytes, this.#memoryBytes - this.#reservedBytes);
    const came = performance.now();
    await new Promise<void>((begin) => {
      const due = came + bytes * headStartMsPerByte;
      const place = this.#waiting.findIndex((other) => other.due > due);
      this.#waiting.splice(place === -1 ? this.#waiting.length : place, 0, { bytes, due, begin });
      this.#admit();
    });
    meter.waited('turn', (performance.now() - came) / 1000);
    try {
      return await work();
    } finally {
      this.#count(bytes, -1);
      this.#admit();
    }
  }

  #admit(): void {
    let isOvertaking = false;
    for (let index = 0; index < this.#waiting.length && this.active < this.concurrency; ) {
      const { bytes, begin } = this.#waiting[index] as Waiting;
      if (this.#fits(bytes, isOvertaking)) {
        this.#waiting.splice(index, 1);
        this.#count(bytes, 1);
        begin();
      } else {
        isOvertaking = true;
        index++;
      }
    }
  }

  /**
   * Checks if there is memory. Pictures that overtake may only use the reserve; otherwise the one that waits
   * would never fit.
   */
  #fits(bytes: number, isOvertaking: boolean): boolean {
    if (this.activeBytes + bytes > this.#memoryBytes) return false;
    if (!this.#isLarge(bytes)) return !isOvertaking || this.#small.bytes + bytes <= this.#reservedBytes;
    return (
      !isOvertaking &&
      this.#large.count < Math.max(1, this.concurrency - 1) &&
      this.#large.bytes + bytes <= this.#memoryBytes - this.#reservedBytes
    );
  }

  #isLarge(bytes: number): boolean {
    return bytes > this.#reservedBytes;
  }

  #count(bytes: number, change: 1 | -1): void {
    const kind = this.#isLarge(bytes) ? this.#large : this.#small;
    kind.count += change;
    kind.bytes += change * bytes;
  }
}
