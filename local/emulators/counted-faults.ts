/** Part of a fault that decides which calls it strikes. */
export interface CountableFault {
  /** Interval of the calls that it strikes: every n-th call of `operation` since the fault was set. */
  readonly every: number;
  /** Operation that fails; all of them if it is left out. */
  readonly operation?: string | undefined;
  /** Number of calls that fail; unlimited if it is left out. */
  readonly times?: number | undefined;
}

interface CountedFault<Fault> {
  readonly fault: Fault;
  calls: number;
  strikes: number;
}

/** Faults in force, each with the calls that it has counted. */
export class CountedFaults<Fault extends CountableFault> {
  #faults: CountedFault<Fault>[] = [];

  /** Replaces all faults and begins to count anew. */
  replace(faults: readonly Fault[]): void {
    this.#faults = faults.map((fault) => ({ fault, calls: 0, strikes: 0 }));
  }

  /** Returns the faults in force, with the calls that each has counted and how often it struck. */
  list(): (Fault & { readonly calls: number; readonly strikes: number })[] {
    return this.#faults.map(({ fault, calls, strikes }) => ({ ...fault, calls, strikes }));
  }

  /** Counts a call; returns the fault that strikes it, the first one set if there are several. */
  strike(operation: string): Fault | undefined {
    let struck: CountedFault<Fault> | undefined;
    for (const counted of this.#faults) {
      const { fault } = counted;
      if (fault.operation !== undefined && fault.operation !== operation) continue;
      counted.calls++;
      const isOver = fault.times !== undefined && counted.strikes >= fault.times;
      if (!isOver && counted.calls % fault.every === 0) struck ??= counted;
    }
    if (struck) struck.strikes++;
    return struck?.fault;
  }
}
