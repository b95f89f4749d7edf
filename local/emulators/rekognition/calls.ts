/** One call of an operation. */
export interface Call {
  readonly operation: string;
  /** The type of the error that it was answered with; absent while it runs, and when it succeeded. */
  error?: string;
}

/** The last calls are kept one by one, so that memory is bounded. */
const maxEntries = 10_000;

/** Counts the calls since the start or the last reset, those that failed among them. */
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

  /** How many calls of the operation there were, or of all of them together. */
  count(operation?: string): number {
    if (operation !== undefined) return this.#counts.get(operation) ?? 0;
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The number of calls of each operation that was called. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }

  /** The last calls, in the order they came, 10,000 at most. */
  list(): readonly Readonly<Call>[] {
    return this.#entries.slice(-maxEntries);
  }

  reset(): void {
    this.#counts.clear();
    this.#entries = [];
  }
}
