import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../lib/config.ts';
import { claim } from '../../lib/records/sqlite/outbox.ts';

/**
 * Locks the data folder, because two runs at once would list the same pictures twice. The system releases the
 * lock however this process ends.
 * @throws ConfigError when another run has it
 * @throws BackendUnavailableError when the lock's file can't be made
 */
export function lockAgainstOthers(dataDir: string): Disposable {
  // Nothing has needed the folder yet if records and pictures are in AWS.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = claim(join(dataDir, 'enroll.lock'));
  if (!lock) throw new ConfigError('Another enroll or import is running on this DATA_DIR.');
  return lock;
}
