import { pino, stdTimeFunctions } from 'pino';
import type { Log } from './port.ts';

/** `#logger` of a process that stays. */
export function createLog(level: string): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    process.stdout,
  );
}
