import { readEnvFile } from '#env-file';
import { type Config, ConfigError, defaultDetector, parseConfig, settings } from './config.ts';
import type { EnvFile } from './env-file.ts';
import { inOwnFolders } from './old-service.ts';
import { oldSettingWarnings } from './old-settings.ts';
import { settingWarnings, unknownNames } from './setting-warnings.ts';
import { unnamedVolumeWarning } from './unnamed-volume.ts';

let loaded: { readonly config: Config; readonly warnings: readonly string[] } | undefined;

/**
 * Returns the settings of this process, from its environment and the file `.env` beside it, parsed at the
 * first call.
 * @throws ConfigError
 */
export function loadConfig(): Config {
  return load().config;
}

/**
 * Reads warnings about the settings, but does not load the settings: a command may change its environment
 * before it loads them.
 * @throws ConfigError when the file `.env` can't be understood
 */
export function readWarnings(): readonly string[] {
  return readEnvironment().warnings;
}

/** Returns warnings about settings of this process that are valid but may be mistaken. */
export function loadedWarnings(): readonly string[] {
  return load().warnings;
}

function load() {
  if (loaded === undefined) {
    const { environment, warnings } = readEnvironment();
    const placed = inOwnFolders(parseConfig(environment));
    const lost = unnamedVolumeWarning(placed.config.dataDir);
    const found = [...warnings, ...placed.warnings, ...(lost ? [lost] : [])];
    loaded = { config: placed.config, warnings: found };
  }
  return loaded;
}

/** Returns this process's settings for another backend, for commands that copy between the two. */
export function loadConfigFor(backend: Config['backend']): Config {
  const environment = { ...over(readDotEnv().values), FACE_PROCESSING_BACKEND: backend };
  return inOwnFolders(parseConfig(environment)).config;
}

/** Lays the environment over the values of the file `.env`. An empty variable counts as unset. */
function over(values: NodeJS.Dict<string>): NodeJS.Dict<string> {
  const given = Object.entries(process.env).filter(([name, value]) => value?.trim() || !(name in values));
  return { ...values, ...Object.fromEntries(given) };
}

/**
 * Reads the environment and the file `.env`, and warnings about both. A variable of the environment overrides
 * the file's.
 */
function readEnvironment() {
  const { values, warnings } = readDotEnv();
  const environment = over(values);
  return {
    environment,
    warnings: [
      ...warnings,
      ...unknownNames(Object.keys(values), Object.keys(settings.shape)),
      ...oldSettingWarnings(environment, defaultDetector),
      ...settingWarnings(environment, Object.keys(settings.shape)),
    ],
  };
}

/**
 * Reads the file `.env`.
 * @throws ConfigError when it can't be understood
 */
function readDotEnv(): EnvFile {
  const file = readEnvFile('.env', (name) => name in settings.shape);
  if (file.faults.length > 0) throw new ConfigError(file.faults.join('\n'));
  return file;
}
