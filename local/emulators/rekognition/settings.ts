import { resolve } from 'node:path';
import { ConfigError } from '../../../lib/config.ts';

/**
 * Reads the emulator's settings. An empty variable counts as unset.
 * @throws ConfigError naming the setting that is wrong and what it takes.
 */
export function parseRekognitionSettings(environment: Readonly<Record<string, string | undefined>>): {
  readonly port: number;
  readonly dataDir: string;
} {
  const port = environment.REKOGNITION_PORT?.trim() || '4600';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new ConfigError(`REKOGNITION_PORT takes a whole number from 0 to 65535, not '${port}'.`);
  }
  return {
    port: Number(port),
    dataDir: resolve(environment.REKOGNITION_DATA_DIR?.trim() || './data/rekognition'),
  };
}
