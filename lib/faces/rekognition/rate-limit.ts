const secondMs = 1000;

/**
 * Limits the calls that begin within any second. Each caller books its moment in advance, in the order of
 * asking, so no queue is needed. Times are milliseconds of one monotonic clock.
 */
export class RateLimit {
  /** Moments at which the last calls began or will begin; the oldest is at `#oldest`. */
  readonly #moments: Float64Array;
  #oldest = 0;

  constructor(callsPerSecond: number) {
    this.#moments = new Float64Array(callsPerSecond).fill(Number.NEGATIVE_INFINITY);
  }

  /** Returns the milliseconds that a call would have to wait now. */
  waitMs(now: number): number {
    return Math.max(0, (this.#moments[this.#oldest] as number) + secondMs - now);
  }

  /** Books the first free moment, and returns the milliseconds until then. */
  book(now: number): number {
    const wait = this.waitMs(now);
    this.#moments[this.#oldest] = now + wait;
    this.#oldest = (this.#oldest + 1) % this.#moments.length;
    return wait;
  }
}
