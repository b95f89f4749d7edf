import * as z from 'zod';
import { operationNames } from './operations.ts';

const common = {
  /** Interval of the calls that it strikes: every n-th call of `operation` since the fault was set. */
  every: z.int().min(1),
  /** Operation that fails; all of them if it is left out. */
  operation: z.enum(operationNames).optional(),
  /** Number of calls that fail; unlimited if it is left out. */
  times: z.int().min(1).optional(),
};

/** Fault that the emulator simulates. */
export const Fault = z.discriminatedUnion('kind', [
  /** The call is refused before anything is done. */
  z.strictObject({
    kind: z.literal('throttle'),
    ...common,
    error: z
      .enum(['ProvisionedThroughputExceededException', 'ThrottlingException'])
      .default('ProvisionedThroughputExceededException'),
  }),
  /** Nothing is done, and no answer ever comes. */
  z.strictObject({ kind: z.literal('timeout'), ...common }),
  /** The work is done; then the answer is `InternalServerError`, or the connection is cut. */
  z.strictObject({
    kind: z.literal('fail-after'),
    ...common,
    answer: z.enum(['error', 'drop']).default('error'),
  }),
]);
export type Fault = z.output<typeof Fault>;
/** The same as callers write it, without what has a default. */
export type FaultInput = z.input<typeof Fault>;

interface CountedFault {
  readonly fault: Fault;
  calls: number;
  strikes: number;
}

/** The faults in force. */
export class Faults {
  #faults: CountedFault[] = [];

  constructor(faults: readonly FaultInput[] = []) {
    this.set(faults);
  }

  /** Replaces all faults and begins to count anew; an empty list ends them. */
  set(faults: readonly FaultInput[]): void {
    this.#faults = faults.map((fault) => ({ fault: Fault.parse(fault), calls: 0, strikes: 0 }));
  }

  /** Returns the faults in force, with the calls that each has counted and how often it struck. */
  list(): (Fault & { readonly calls: number; readonly strikes: number })[] {
    return this.#faults.map(({ fault, calls, strikes }) => ({ ...fault, calls, strikes }));
  }

  /** Counts a call; returns the fault that strikes it, the first one set if there are several. */
  strike(operation: string): Fault | undefined {
    let struck: CountedFault | undefined;
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
