import { BackendUnavailableError, BodyTooSlowError } from '../../lib/errors.ts';

const retryAfterSeconds = 2;

export interface BudgetLimits {
  readonly bytes: number;
  readonly requests: number;
  /** 0..1: the part of both that one caller may have. All, unless it is set. */
  readonly callerShare?: number;
  /** A body's age from which its speed counts, in milliseconds. */
  readonly graceMs?: number;
  /** A body that is slower over the last seconds loses its place when another wants it. */
  readonly minBytesPerSecond?: number;
}

const defaults = { callerShare: 1, graceMs: 3_000, minBytesPerSecond: 16 * 1024 };

/** A body's place among those that the server reads or holds at once; given back when it is disposed of. */
export interface BodyShare extends Disposable {
  /** Aborted with a BodyTooSlowError when the place went to another. */
  readonly signal: AbortSignal;
  /** @throws BackendUnavailableError when all requests together, or this caller's, hold too many bytes. */
  take(bytes: number): void;
  /** States that all of the body is there, so that it keeps its place. */
  complete(): void;
}

/**
 * How many bytes of bodies, and how many requests with a body, the server holds at once; beyond that it refuses instead of running out
 * of memory. Bytes count as they arrive, so that announcing many and sending none takes no one's place. One caller can't have all, and
 * a body that hardly moves makes way for another.
 */
export class BodyBudget {
  readonly #limits: Required<BudgetLimits>;
  readonly #shares = new Set<Share>();

  constructor(limits: BudgetLimits) {
    this.#limits = { ...defaults, ...limits };
  }

  /**
   * A request's share.
   * @param caller whoever the budget is divided between: a token, an address.
   * @throws BackendUnavailableError when there are too many requests.
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
   * Takes places of slow bodies away until there is room for `wanted` more.
   * @throws BackendUnavailableError when that is not enough.
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
  /** Two moments of the past, and what had come by then: the speed is taken since the earlier one. */
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

  /** Bytes in a second, over the last seconds. */
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
