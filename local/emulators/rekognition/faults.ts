import * as z from 'zod';
import { CountedFaults } from '../counted-faults.ts';
import { operationNames } from './operations.ts';

const common = {
  /** Interval of the calls that it strikes: every n-th call of `operation` since the fault was set. */
  every: z.int().min(1),
  /** Operation that fails; all of them if it is left out. */
  operation: z.enum(operationNames).optional(),
  /** Number of calls that fail; unlimited if it is left out. */
  times: z.int().min(1).optional(),
};

/** Errors of the service that can be asked for by name; `LimitExceededException` is an exhausted quota. */
export const namedErrors = [
  'AccessDeniedException',
  'ConflictException',
  'ImageTooLargeException',
  'InternalServerError',
  'InvalidImageFormatException',
  'InvalidParameterException',
  'InvalidS3ObjectException',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'ResourceNotFoundException',
  'ServiceQuotaExceededException',
  'ThrottlingException',
] as const;

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
  /** The call is refused by an error of that name before anything is done. */
  z.strictObject({
    kind: z.literal('error'),
    ...common,
    error: z.enum(namedErrors),
    message: z.string().optional(),
  }),
  /** `DeleteFaces` keeps the faces, and says so in a good answer. */
  z.strictObject({
    kind: z.literal('unsuccessful-deletions'),
    ...common,
    reason: z
      .enum(['ASSOCIATED_TO_AN_EXISTING_USER', 'FACE_NOT_FOUND'])
      .default('ASSOCIATED_TO_AN_EXISTING_USER'),
  }),
]);
export type Fault = z.output<typeof Fault>;
/** The same as callers write it, without what has a default. */
export type FaultInput = z.input<typeof Fault>;

/** The faults in force. */
export class Faults extends CountedFaults<Fault> {
  constructor(faults: readonly FaultInput[] = []) {
    super();
    this.set(faults);
  }

  /** Replaces all faults and begins to count anew; an empty list ends them. */
  set(faults: readonly FaultInput[]): void {
    this.replace(faults.map((fault) => Fault.parse(fault)));
  }
}
