import type { Config } from '../config.ts';

const opened = new WeakMap<Config, Map<string, Promise<unknown>>>();

/** What is opened under this name with these settings: at the first call, and then the same. */
export function once<T>(config: Config, name: string, open: () => Promise<T>): Promise<T> {
  const known = opened.get(config) ?? new Map<string, Promise<unknown>>();
  opened.set(config, known);
  const port =
    known.get(name) ??
    open().catch((error: unknown) => {
      // The next call tries again: in a function that stays warm, one failure must not be the last word.
      known.delete(name);
      throw error;
    });
  known.set(name, port);
  return port as Promise<T>;
}
