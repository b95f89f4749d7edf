/**
 * Slot for the newest of many items: an item that nobody has taken is replaced. So whoever is slow misses
 * some, and gets none late.
 */
export class Newest<Item> {
  #item: Item | undefined;
  #end: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};
  received = 0;
  dropped = 0;

  /** Puts an item, and returns the one that it replaces, if that was not taken. */
  put(item: Item): Item | undefined {
    if (this.#end) return undefined;
    this.received++;
    const missed = this.#item;
    if (missed !== undefined) this.dropped++;
    this.#item = item;
    this.#wake();
    return missed;
  }

  /** Ends the items, with an error if it is given; an item that waits is still taken. */
  end(error?: unknown): void {
    this.#end ??= { error };
    this.#wake();
  }

  /** Takes the items as they come. */
  async *items(): AsyncGenerator<Item, void> {
    for (;;) {
      const item = this.#item;
      this.#item = undefined;
      if (item !== undefined) yield item;
      else if (this.#end) {
        if (this.#end.error !== undefined) throw this.#end.error;
        return;
      } else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
