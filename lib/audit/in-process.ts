import type { LookRecorder } from './port.ts';

/**
 * `#audit` of everything but Lambda functions: the server says where the lines of looks go. Before that, and
 * in tests of handlers alone, there is nowhere.
 */
let recorder: LookRecorder | undefined;

export const looks: LookRecorder = {
  async record(facts) {
    await recorder?.record(facts);
  },
};

/** Sends the lines of looks there from now on; `undefined` ends that. */
export function recordLooks(to: LookRecorder | undefined): void {
  recorder = to;
}
