import type { AccessRecorder } from '../audit/port.ts';
import { audit } from './open.ts';

/**
 * `#audit` of Lambda functions: a function may be frozen once it has answered, so each line is written
 * before.
 */
export const accesses: AccessRecorder = {
  async record(facts) {
    await (await audit()).append([facts]);
  },
};
