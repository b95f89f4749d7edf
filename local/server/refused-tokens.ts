import { accesses } from '#audit';
import { serviceFacts } from '../../lib/audit/chain.ts';
import { log } from '../../lib/log.ts';

const windowMs = 60 * 60_000;
/** Lines of one hour: in a year they fill less than 200 MB, whatever strangers do. */
const linesInWindow = 60;
/** Lines of one hour from one address. */
const linesOfAddress = 6;
/** Action of the lines in the audit trail. */
const refusalAction = 'refuseToken';

/** A request that was refused for its token, or for having none. */
export interface Refusal {
  readonly address: string;
  readonly requestId: string;
  readonly status: number;
}

/**
 * Tells the audit trail of requests that were refused for their tokens, so that whoever tries tokens is seen.
 * There are few lines, and each tells how many requests before it got none.
 */
export class RefusedTokens {
  readonly #now: () => number;
  #since = Number.NEGATIVE_INFINITY;
  #lines = 0;
  #untold = 0;
  #ofAddress = new Map<string, number>();

  /** @param now clock in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Tells of a refusal, or counts it for the next line. It never throws. */
  async record({ address, requestId, status }: Refusal): Promise<void> {
    if (!this.#hasRoom(address)) {
      this.#untold += 1;
      return;
    }
    const before = this.#untold > 0 ? `; ${this.#untold} before it are not told of` : '';
    this.#untold = 0;
    const facts = {
      ...serviceFacts('unknown', refusalAction, `address ${address}${before}`),
      role: 'none',
      requestId,
      outcome: status,
    };
    await accesses
      .record(facts)
      .catch((error: unknown) =>
        log().error({ id: requestId, err: error }, 'audit: a refusal is not told of'),
      );
  }

  #hasRoom(address: string): boolean {
    if (this.#now() - this.#since >= windowMs) {
      this.#since = this.#now();
      this.#lines = 0;
      this.#ofAddress = new Map();
    }
    const own = this.#ofAddress.get(address) ?? 0;
    if (this.#lines >= linesInWindow || own >= linesOfAddress) return false;
    this.#lines += 1;
    this.#ofAddress.set(address, own + 1);
    return true;
  }
}
