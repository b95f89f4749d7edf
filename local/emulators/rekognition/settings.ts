import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { ConfigError } from '../../../lib/config.ts';

/**
 * Reads the emulator's settings. An empty variable counts as unset.
 * @throws ConfigError naming the setting that is wrong and what it takes.
 */
export function parseRekognitionSettings(environment: Readonly<Record<string, string | undefined>>): {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly consistencyMs: number;
} {
  const port = environment.REKOGNITION_PORT?.trim() || '4600';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new ConfigError(`REKOGNITION_PORT takes a whole number from 0 to 65535, not '${port}'.`);
  }
  const host = environment.REKOGNITION_HOST?.trim() || '127.0.0.1';
  if (isIP(host) === 0) {
    throw new ConfigError(`REKOGNITION_HOST takes an address such as 127.0.0.1, not '${host}'.`);
  }
  return {
    port: Number(port),
    host,
    consistencyMs: parseConsistencyMs(environment),
    dataDir: resolve(environment.REKOGNITION_DATA_DIR?.trim() || './data/rekognition'),
  };
}

/**
 * Reads `REKOGNITION_CONSISTENCY_MS`, the delay of reads behind writes; unset, there is none.
 * @throws ConfigError
 */
export function parseConsistencyMs(environment: Readonly<Record<string, string | undefined>>): number {
  const ms = environment.REKOGNITION_CONSISTENCY_MS?.trim() || '0';
  if (!/^\d{1,6}$/.test(ms) || Number(ms) > 600_000) {
    throw new ConfigError(
      `REKOGNITION_CONSISTENCY_MS takes a whole number of milliseconds from 0 to 600000, not '${ms}'.`,
    );
  }
  return Number(ms);
}
