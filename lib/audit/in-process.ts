import type { AccessRecorder } from './port.ts';

/**
 * `#audit` of everything but Lambda functions: the server says where the lines of looks go. Before that, and
 * in tests of handlers alone, there is nowhere.
 */
let recorder: AccessRecorder | undefined;

export const accesses: AccessRecorder = {
  async record(facts) {
    await recorder?.record(facts);
  },
};

/** Sends the lines of looks there from now on; `undefined` ends that. */
export function recordAccesses(to: AccessRecorder | undefined): void {
  recorder = to;
}
