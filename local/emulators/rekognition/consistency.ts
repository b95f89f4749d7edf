/**
 * Delay of reads behind writes. For a while the service does not tell of a new collection or face, and still
 * finds a face that was deleted: its reads are eventually consistent. Without a delay, each write is seen at
 * once.
 */
export class Consistency {
  /** Milliseconds after which a write is seen; a change also holds for earlier writes. */
  delayMs: number;
  /** Times in ms at which new ids were made. */
  readonly #fresh = new Map<string, number>();
  /** Times in ms at which ids were deleted, with the work that removes them. */
  readonly #leaving = new Map<string, { readonly at: number; readonly remove: () => void }>();

  constructor(delayMs = 0) {
    this.delayMs = delayMs;
  }

  /** Number of new ids that are not told yet. */
  get freshCount(): number {
    return this.#fresh.size;
  }

  /** Notes that something with this id was made. */
  written(id: string): void {
    if (this.delayMs > 0) this.#fresh.set(id, Date.now());
  }

  /** Removes something, at once or after the delay. */
  deleted(id: string, remove: () => void): void {
    if (this.delayMs === 0) remove();
    else this.#leaving.set(id, { at: Date.now(), remove });
  }

  /** Returns true if reads tell of the id. */
  isKnown(id: string): boolean {
    const at = this.#fresh.get(id);
    return at === undefined || at + this.delayMs <= Date.now();
  }

  /** Returns true if the id was deleted, and reads find it still. */
  isLeaving(id: string): boolean {
    return this.#leaving.has(id);
  }

  /** Does what has become due. */
  settle(): void {
    const seen = Date.now() - this.delayMs;
    for (const [id, at] of this.#fresh) if (at <= seen) this.#fresh.delete(id);
    for (const [id, { at, remove }] of this.#leaving) {
      if (at > seen) continue;
      remove();
      this.#leaving.delete(id);
    }
  }
}
