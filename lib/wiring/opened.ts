import type { Config } from '../config.ts';

const opened = new WeakMap<Config, Map<string, Promise<unknown>>>();

/** Opens something at the first call with these settings and this name, and returns it at each later one. */
export function once<T>(config: Config, name: string, open: () => Promise<T>): Promise<T> {
  const known = opened.get(config) ?? new Map<string, Promise<unknown>>();
  opened.set(config, known);
  const port =
    known.get(name) ??
    open().catch((error: unknown) => {
      // A failure is forgotten, so that the next call tries again: a function may stay warm for hours.
      known.delete(name);
      throw error;
    });
  known.set(name, port);
  return port as Promise<T>;
}
