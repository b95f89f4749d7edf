import { channel } from 'node:diagnostics_channel';

/** A function of this service, by the name that `infra/needs.ts` gives it, such as `createEntry`. */
export interface FunctionRun {
  readonly name: string;
}

/**
 * Channel through which each function runs on this machine. Emulators find out by it whose role a call to AWS
 * has. Without a listener it costs nothing.
 */
const runs = channel('face-blacklist:function-run');

/** Runs a function, and tells its name to whoever listens. */
export function runAsFunction<Result>(name: string, work: () => Result): Result {
  return runs.runStores({ name } satisfies FunctionRun, work);
}

export { runs as functionRuns };
