import type { EnvFile, readEnvFile as readEnvFileOfDisk } from './env-file.ts';

/** Reads nothing: a function has its settings in its environment, and no file beside it. */
export const readEnvFile: typeof readEnvFileOfDisk = (): EnvFile => ({
  values: {},
  faults: [],
  warnings: [],
});
