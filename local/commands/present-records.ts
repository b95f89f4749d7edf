import { existsSync } from 'node:fs';
import { type Config, ConfigError } from '../../lib/config.ts';
import { recordsFile } from '../../lib/records/sqlite/database.ts';

/**
 * Makes sure that there are records to look at. A command that would make empty ones by itself finds them in
 * order, whatever became of those that were meant.
 * @throws ConfigError
 */
export function requirePresentRecords(config: Config): void {
  if (config.aws?.tableName !== undefined) return;
  const path = recordsFile(config);
  if (existsSync(path)) return;
  throw new ConfigError(
    `There is no database ${path}. Set DATA_DIR and FACE_PROCESSING_BACKEND as the service has them.`,
  );
}
