import * as z from 'zod';
import { CountedFaults } from '../counted-faults.ts';

const common = {
  /** Interval of the calls that it strikes: every n-th call of `operation` since the fault was set. */
  every: z.int().min(1),
  /** Operation that fails, such as `GetObject`; all of them if it is left out. */
  operation: z.string().optional(),
  /** Number of calls that fail; unlimited if it is left out. */
  times: z.int().min(1).optional(),
};

const errorName = z.string().regex(/^[A-Za-z.]{1,80}$/, 'the name of an error of the service');

/** Fault of any service behind a gate. */
export const GateFault = z.discriminatedUnion('kind', [
  /** The call is refused by an error of that name before anything is done. */
  z.strictObject({ kind: z.literal('error'), ...common, error: errorName, message: z.string().optional() }),
  /** Nothing is done, and no answer ever comes. */
  z.strictObject({ kind: z.literal('timeout'), ...common }),
  /** The work is done; then the answer is an internal error, or the connection is cut. */
  z.strictObject({
    kind: z.literal('fail-after'),
    ...common,
    answer: z.enum(['error', 'drop']).default('error'),
  }),
]);
export type GateFault = z.output<typeof GateFault>;
/** The same as callers write it, without what has a default. */
export type GateFaultInput = z.input<typeof GateFault>;

/** Faults in force at a gate. */
export class GateFaults extends CountedFaults<GateFault> {
  /** Replaces all faults and begins to count anew; an empty list ends them. */
  set(faults: readonly GateFaultInput[]): void {
    this.replace(faults.map((fault) => GateFault.parse(fault)));
  }
}
