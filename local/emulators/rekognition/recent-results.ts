/** Remembers the last results by key, in memory. Calls for the same key at once share one result. */
export class RecentResults<T> {
  readonly #limit: number;
  /** Results, the one that was asked for last at the end. */
  readonly #results = new Map<string, Promise<T>>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Returns the remembered result, or the computed one. Failures are not remembered. */
  get(key: string, compute: () => Promise<T>): Promise<T> {
    const known = this.#results.get(key);
    const result = known ?? compute();
    this.#results.delete(key);
    this.#results.set(key, result);
    const [oldest] = this.#results.keys();
    if (this.#results.size > this.#limit && oldest !== undefined) this.#results.delete(oldest);
    if (!known) result.catch(() => this.#results.delete(key));
    return result;
  }
}
