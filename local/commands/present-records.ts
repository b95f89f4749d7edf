import { type Config, ConfigError } from '../../lib/config.ts';
import { openDataFolder } from '../../lib/wiring/adapters.ts';

/**
 * Makes sure that there are records to look at. A command that would make empty ones by itself finds them in
 * order, whatever became of those that were meant.
 * @throws ConfigError
 */
export async function requirePresentRecords(config: Config): Promise<void> {
  const missing = (await openDataFolder(config)).missingRecords();
  if (missing === undefined) return;
  throw new ConfigError(
    `There is no database ${missing}. Set DATA_DIR and FACE_PROCESSING_BACKEND as the service has them.`,
  );
}
