import { err as serializeError } from 'pino-std-serializers';
import type { Log, LogLine } from './port.ts';

/**
 * `#logger` of a Lambda function. It writes the lines that pino writes, without the streams, threads and
 * redaction that a function never uses.
 */
export function createLog(level: string): Log {
  return { info: lineOf('info', level), warn: lineOf('warn', level), error: lineOf('error', level) };
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Makes the writer of one level's lines; it writes nothing below the log's own level. */
function lineOf(level: string, lowest: string): LogLine {
  if (levels.indexOf(level) < levels.indexOf(lowest)) return () => {};
  return (first: object | string, message?: string) => {
    const { err, ...fields } = typeof first === 'string' ? { msg: first } : withMessage(first, message);
    const line = { level, time: new Date().toISOString(), ...fields };
    const failure = err instanceof Error ? { err: serializeError(err) } : err !== undefined && { err };
    process.stdout.write(`${JSON.stringify({ ...line, ...failure }, withoutCircles())}\n`);
  };
}

function withMessage(fields: object, message: string | undefined): Record<string, unknown> {
  return message === undefined ? { ...fields } : { ...fields, msg: message };
}

/** Makes a replacer for what JSON has no form for: values that contain themselves, and large numbers. */
function withoutCircles(): (this: unknown, key: string, value: unknown) => unknown {
  const around: unknown[] = [];
  return function (_key, value) {
    if (typeof value === 'bigint') return Number(value);
    if (typeof value !== 'object' || value === null) return value;
    while (around.length > 0 && around.at(-1) !== this) around.pop();
    if (around.includes(value)) return '[Circular]';
    around.push(value);
    return value;
  };
}
