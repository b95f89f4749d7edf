import { BackendUnavailableError, BodyTooSlowError } from '../../lib/errors.ts';

const retryAfterSeconds = 2;

export interface BudgetLimits {
  readonly bytes: number;
  readonly requests: number;
  /** Share (0..1) of both limits that one caller may take; 1 by default. */
  readonly callerShare?: number;
  /** Age of a body, in milliseconds, from which its speed counts. */
  readonly graceMs?: number;
  /** Speed over the last seconds below which a body loses its place when another one needs it. */
  readonly minBytesPerSecond?: number;
}

const defaults = { callerShare: 1, graceMs: 3_000, minBytesPerSecond: 16 * 1024 };

/** A place among the bodies that the server reads or holds at once. Disposing of it gives it back. */
export interface BodyShare extends Disposable {
  /** Signal that aborts with a BodyTooSlowError if another body takes the place. */
  readonly signal: AbortSignal;
  /**
   * Counts bytes that have arrived.
   *
   * @throws BackendUnavailableError if all requests together, or this caller's, hold too many bytes.
   */
  take(bytes: number): void;
  /** States that the whole body has arrived, so that it keeps its place. */
  complete(): void;
}

/**
 * Limits the bytes of bodies, and the requests with a body, that the server holds at once. Beyond the limits
 * it refuses instead of running out of memory. Bytes count as they arrive, so announcing many and sending
 * none blocks nobody. One caller can't take everything, and a body that hardly moves makes room for another.
 */
export class BodyBudget {
  readonly #limits: Required<BudgetLimits>;
  readonly #shares = new Set<Share>();

  constructor(limits: BudgetLimits) {
    this.#limits = { ...defaults, ...limits };
  }

  /**
   * Takes a place for a request.
   *
   * @param caller name that shares are counted by: a token or an address.
   * @throws BackendUnavailableError if there are too many requests.
   */
  share(caller = ''): BodyShare {
    const { requests, callerShare, graceMs } = this.#limits;
    this.#makeRoom(caller, requests, callerShare, 1, (shares) => shares.length);
    const share = new Share(caller, graceMs, {
      take: (bytes) => this.#take(share, bytes),
      end: () => this.#shares.delete(share),
    });
    this.#shares.add(share);
    return share;
  }

  #take(share: Share, bytes: number): void {
    const held = (shares: readonly Share[]) => shares.reduce((sum, one) => sum + one.received, 0);
    this.#makeRoom(share.caller, this.#limits.bytes, this.#limits.callerShare, bytes, held, share);
    share.receive(bytes);
  }

  /**
   * Takes places away from slow bodies until there is room for `wanted` more.
   *
   * @throws BackendUnavailableError if that is not enough.
   */
  #makeRoom(
    caller: string,
    limit: number,
    callerShare: number,
    wanted: number,
    amountOf: (shares: readonly Share[]) => number,
    except?: Share,
  ): void {
    if (limit === Number.POSITIVE_INFINITY) return;
    const now = performance.now();
    const room = (of: string | undefined) => {
      const shares = [...this.#shares].filter((share) => of === undefined || share.caller === of);
      const most = of === undefined ? limit : Math.floor(limit * callerShare);
      if (amountOf(shares) + wanted <= most) return true;
      const slow = shares.filter((share) => share !== except && this.#isSlow(share, now));
      const [slowest] = slow.sort(
        (one, other) => one.speed(now) - other.speed(now) || one.since - other.since,
      );
      if (slowest === undefined) throw busy();
      slowest.lose();
      return false;
    };
    while (!(room(caller) && room(undefined)));
  }

  #isSlow(share: Share, now: number): boolean {
    const { graceMs, minBytesPerSecond } = this.#limits;
    return !share.isComplete && now - share.since >= graceMs && share.speed(now) < minBytesPerSecond;
  }
}

class Share implements BodyShare {
  readonly caller: string;
  readonly since = performance.now();
  received = 0;
  isComplete = false;
  readonly #lost = new AbortController();
  readonly #windowMs: number;
  readonly #budget: { take(bytes: number): void; end(): void };
  /**
   * Two earlier moments, each with the bytes received until then. The speed counts from the first of them.
   */
  #earlier = { at: this.since, received: 0 };
  #later = this.#earlier;
  #lastAt = this.since;

  constructor(caller: string, windowMs: number, budget: { take(bytes: number): void; end(): void }) {
    this.caller = caller;
    this.#windowMs = windowMs;
    this.#budget = budget;
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  take(bytes: number): void {
    if (!this.signal.aborted) this.#budget.take(bytes);
  }

  receive(bytes: number): void {
    const now = performance.now();
    this.received += bytes;
    this.#lastAt = now;
    if (now - this.#later.at < this.#windowMs) return;
    this.#earlier = this.#later;
    this.#later = { at: now, received: this.received };
  }

  /** Computes the bytes in a second, over the last seconds. */
  speed(now: number): number {
    if (now - this.#lastAt >= this.#windowMs) return 0;
    return ((this.received - this.#earlier.received) * 1000) / Math.max(1, now - this.#earlier.at);
  }

  complete(): void {
    this.isComplete = true;
  }

  lose(): void {
    this.#budget.end();
    this.#lost.abort(new BodyTooSlowError());
  }

  [Symbol.dispose](): void {
    this.#budget.end();
  }
}

function busy(): BackendUnavailableError {
  return new BackendUnavailableError(
    'The service is busy with other requests. Try again.',
    retryAfterSeconds,
  );
}
