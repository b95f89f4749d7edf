import { setTimeout as delay } from 'node:timers/promises';
import type { EmbeddingStore } from './embedding-store.ts';
import { codeOf } from './gallery-memory.ts';

/**
 * Stores the codes that an earlier release did not store, in short steps; requests are answered between them.
 * Until they are there, a start computes them. What is left when the process ends is done by the next one.
 */
export class CodeFilling {
  readonly #store: EmbeddingStore;
  readonly #stopping = new AbortController();
  /** Promise that resolves when it is done, or has stopped. */
  readonly done: Promise<void>;

  constructor(store: EmbeddingStore) {
    this.#store = store;
    this.done = this.#fill();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.done;
  }

  async #fill(): Promise<void> {
    const { signal } = this.#stopping;
    try {
      if (!(await this.#store.read(() => this.#store.lacksCodes()))) return;
      for (;;) {
        const started = performance.now();
        if (signal.aborted || !(await this.#store.write(() => this.#store.addCodes(codeOf)))) return;
        // Half of the time belongs to requests.
        await delay(performance.now() - started, undefined, { signal });
      }
    } catch {
      // The search needs no stored codes, so that a full disk or a locked database does no harm.
    }
  }
}
