import { mkdirSync } from 'node:fs';
import { type Config, ConfigError } from '../../lib/config.ts';
import { openDataFolder } from '../../lib/wiring/adapters.ts';

/**
 * Locks the data folder, because two runs at once would list the same pictures twice. The system releases the
 * lock however this process ends.
 * @throws ConfigError when another run has it
 * @throws BackendUnavailableError when the lock's file can't be made
 */
export async function lockAgainstOthers(config: Config): Promise<Disposable> {
  // Nothing has needed the folder yet if records and pictures are in AWS.
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const lock = (await openDataFolder(config)).claim('enroll');
  if (!lock) throw new ConfigError('Another enroll or import is running on this DATA_DIR.');
  return lock;
}
