import { useEffect, useState } from 'preact/hooks';

/** A value that outlives the pages. It notifies those who show it when it changes. */
export class Store<Value> {
  #value: Value;
  readonly #listeners = new Set<() => void>();

  constructor(value: Value) {
    this.#value = value;
  }

  get value(): Value {
    return this.#value;
  }

  set(value: Value): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  update(change: (value: Value) => Value): void {
    this.set(change(this.#value));
  }

  /** Subscribes to changes. Returns a function that ends the subscription. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export function useStore<Value>(store: Store<Value>): Value {
  const [value, setValue] = useState<Value>(() => store.value);
  useEffect(() => {
    const follow = () => setValue(() => store.value);
    follow();
    return store.subscribe(follow);
  }, [store]);
  return value;
}
