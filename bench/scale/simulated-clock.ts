import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';

/** A timer of the simulated clock, with those methods of Node's that libraries call. */
class SimulatedTimer {
  due: number;
  isPending = true;
  readonly ms: number;
  readonly callback: () => void;

  constructor(due: number, ms: number, callback: () => void) {
    this.due = due;
    this.ms = ms;
    this.callback = callback;
  }

  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return true;
  }
  [Symbol.dispose](): void {
    this.isPending = false;
  }
}

/** Milliseconds of real time between two looks at the timers. */
const lookEveryMs = 2;
/** Milliseconds of simulated time in one of real time, for this process's own work. */
const pace = 0.1;

/**
 * Replaces all clocks and timers of this process by simulated ones. The clock stands still while a call to
 * the emulator runs. The emulator does one thing at a time, and would decide how fast everything is.
 */
export class SimulatedClock {
  readonly #real = performance.now.bind(performance);
  readonly #timers = new Set<SimulatedTimer>();
  #nowMs = 0;
  #lookedAt = this.#real();
  #running = 0;

  constructor() {
    const startedAt = Date.now();
    performance.now = () => this.#nowMs;
    Date.now = () => Math.round(startedAt + this.#nowMs);
    // The process ends with its servers.
    timers.setInterval(() => this.#look(), lookEveryMs).unref();
    const set = (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      this.#set(() => callback(...args), ms);
    const clear = (timer: unknown) => {
      if (timer instanceof SimulatedTimer) this.#timers.delete(timer);
    };
    const wait = (ms = 0, value?: unknown, options?: { readonly signal?: AbortSignal }) =>
      new Promise((resolve, reject) => {
        const timer = this.#set(() => resolve(value), ms);
        options?.signal?.addEventListener('abort', () => {
          this.#timers.delete(timer);
          reject(options.signal?.reason);
        });
      });
    Object.assign(timers, { setTimeout: set, clearTimeout: clear });
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
    Object.assign(timersPromises, { setTimeout: wait });
    syncBuiltinESMExports();
  }

  /** Stops the clock while some work runs. */
  async standingStill<T>(work: () => Promise<T>): Promise<T> {
    this.#look();
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#look();
      this.#running -= 1;
    }
  }

  #set(callback: () => void, ms: number): SimulatedTimer {
    const timer = new SimulatedTimer(this.#nowMs + ms, ms, callback);
    this.#timers.add(timer);
    return timer;
  }

  #look(): void {
    const real = this.#real();
    if (this.#running === 0) this.#nowMs += (real - this.#lookedAt) * pace;
    this.#lookedAt = real;
    const due = [...this.#timers].filter((timer) => timer.due <= this.#nowMs);
    for (const timer of due.toSorted((one, other) => one.due - other.due)) {
      if (this.#timers.delete(timer)) timer.callback();
    }
  }
}
