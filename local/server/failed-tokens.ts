import { ThrottledError } from '../../lib/errors.ts';

/** So many wrong tokens are taken for mistakes. */
const freeFailures = 5;
const firstWaitMs = 1_000;
const longestWaitMs = 15 * 60_000;
/** An address that was quiet for so long begins anew. */
const forgetMs = 2 * longestWaitMs;
const maxAddresses = 10_000;

interface Failures {
  readonly count: number;
  /** Time of the last one, in milliseconds. */
  readonly at: number;
}

/**
 * Makes an address that sends wrong tokens wait longer and longer. Clients behind one address share its fate,
 * but not those whose token was accepted from there before: a stranger beside them can't lock them out.
 */
export class FailedTokens {
  readonly #now: () => number;
  readonly #failures = new Map<string, Failures>();
  /** Addresses and the tokens that were accepted from them. */
  readonly #accepted = new Map<string, true>();

  /** @param now clock in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Decides on a token from an address.
   * @param token the name of the one that was given; `undefined` for one that is not known.
   * @throws ThrottledError while the address has to wait.
   */
  check(address: string, token: string | undefined): void {
    const pair = `${address} ${token}`;
    if (token !== undefined && this.#accepted.has(pair)) return;
    const remainingMs = this.#remainingMs(address);
    if (remainingMs > 0) {
      throw new ThrottledError('Too many wrong tokens came from this address.', remainingMs / 1000);
    }
    if (token !== undefined) remember(this.#accepted, pair, true);
    else remember(this.#failures, address, { count: this.#count(address) + 1, at: this.#now() });
  }

  /** Number of addresses that are remembered. */
  get size(): number {
    return this.#failures.size;
  }

  #remainingMs(address: string): number {
    const waits = this.#count(address) - freeFailures;
    if (waits < 0) return 0;
    const at = this.#failures.get(address)?.at ?? 0;
    return at + Math.min(longestWaitMs, firstWaitMs * 2 ** waits) - this.#now();
  }

  #count(address: string): number {
    const failures = this.#failures.get(address);
    return failures && this.#now() - failures.at < forgetMs ? failures.count : 0;
  }
}

/** Keeps the latest ones. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > maxAddresses && !oldest.done) map.delete(oldest.value);
}
