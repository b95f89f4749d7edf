import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../lib/config.ts';
import type { CameraPorts, Cameras } from '../cameras.ts';

/**
 * Opens the cameras that the settings name. Without any, and none to come, none of their code is loaded.
 * @throws ConfigError when the file of cameras is wrong
 */
export async function openServerCameras(ports: CameraPorts, config: Config): Promise<Cameras | undefined> {
  const usual = join(config.dataDir, 'cameras.json');
  const file = config.camerasFile ?? (existsSync(usual) ? usual : undefined);
  if (file === undefined && !config.cameraNetworks) return undefined;
  return (await import('../cameras.ts')).openCameras(ports, config, file);
}
