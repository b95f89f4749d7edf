/** Remembers the last ids that it was given. */
export class RecentIds<Id> {
  readonly #ids = new Set<Id>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Adds an id. Returns false if it is among them already. */
  add(id: Id): boolean {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (this.#ids.size > this.#most && oldest !== undefined) this.#ids.delete(oldest);
    return true;
  }
}
