const secondMs = 1000;

/**
 * At most so many calls begin within any second. Callers book their moment in advance, in the order in which they ask, so that waiting
 * needs no queue. Times are in milliseconds of one steady clock.
 */
export class RateLimit {
  /** When the last calls began or will begin; the oldest is at `#oldest`. */
  readonly #moments: Float64Array;
  #oldest = 0;

  constructor(callsPerSecond: number) {
    this.#moments = new Float64Array(callsPerSecond).fill(Number.NEGATIVE_INFINITY);
  }

  /** How long a call that is asked for now would have to wait. */
  waitMs(now: number): number {
    return Math.max(0, (this.#moments[this.#oldest] as number) + secondMs - now);
  }

  /** Books the first free moment, and tells how long to wait for it. */
  book(now: number): number {
    const wait = this.waitMs(now);
    this.#moments[this.#oldest] = now + wait;
    this.#oldest = (this.#oldest + 1) % this.#moments.length;
    return wait;
  }
}
