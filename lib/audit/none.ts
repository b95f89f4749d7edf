import type { AccessRecorder } from './port.ts';

/** `#audit` of functions that tell of nobody. */
export const accesses: AccessRecorder = { async record() {} };
