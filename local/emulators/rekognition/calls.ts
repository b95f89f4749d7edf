/** Record of one call of an operation. */
export interface Call {
  readonly operation: string;
  /** Type of the error that answered it; absent while it runs, and if it succeeded. */
  error?: string;
}

/** Limit for the calls that are kept one by one, so that memory is bounded. */
const maxEntries = 10_000;

/** Counts the calls since the start or the last reset, including those that failed. */
export class CallLog {
  readonly #counts = new Map<string, number>();
  #entries: Call[] = [];

  /** Counts a call as it arrives. */
  begin(operation: string): Call {
    const call: Call = { operation };
    this.#counts.set(operation, this.count(operation) + 1);
    this.#entries.push(call);
    if (this.#entries.length >= 2 * maxEntries) this.#entries = this.#entries.slice(-maxEntries);
    return call;
  }

  /** Counts the calls of the operation, or of all operations. */
  count(operation?: string): number {
    if (operation !== undefined) return this.#counts.get(operation) ?? 0;
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Returns the number of calls of each operation that was called. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }

  /** Returns the last calls, in the order they came, 10,000 at most. */
  list(): readonly Readonly<Call>[] {
    return this.#entries.slice(-maxEntries);
  }

  reset(): void {
    this.#counts.clear();
    this.#entries = [];
  }
}
