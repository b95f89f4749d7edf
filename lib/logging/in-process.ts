import { pino, stdTimeFunctions } from 'pino';
import type { Log } from './port.ts';

/** `#logger` of a process that stays. */
export function createLog(level: string, output: NodeJS.WriteStream): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    output,
  );
}
