import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../../lib/config.ts';
import { connect } from '../../lib/records/sqlite/connection.ts';

/**
 * Locks the data folder, because two runs at once would list the same pictures twice. The system releases the
 * lock however this process ends.
 */
export function lockAgainstOthers(dataDir: string): DatabaseSync {
  // Nothing has needed the folder yet if records and pictures are in AWS.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = connect(join(dataDir, 'enroll.lock'));
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch {
    throw new ConfigError('Another enroll or import is running on this DATA_DIR.');
  }
}
