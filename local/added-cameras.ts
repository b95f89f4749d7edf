import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { CameraEntry, type CameraSettings } from '../lib/cameras/settings.ts';
import { type Config, ConfigError } from '../lib/config.ts';
import { codeOf, syncFolder, writeWhole } from '../lib/files.ts';
import { log } from '../lib/log.ts';

/**
 * Cameras that clients of the API have added. Their file has passwords, so it is the service's user's alone,
 * and it is none of the operator's.
 */
export class AddedCameras {
  readonly #path: string;
  #cameras: readonly CameraSettings[];

  /** @throws ConfigError when the file is damaged */
  constructor({ dataDir }: Pick<Config, 'dataDir'>) {
    this.#path = join(dataDir, 'cameras-added.json');
    this.#cameras = readAdded(this.#path);
  }

  get list(): readonly CameraSettings[] {
    return this.#cameras;
  }

  /** Keeps a further camera. @throws Error of the file system */
  async add(camera: CameraSettings): Promise<void> {
    await this.#write([...this.#cameras, camera]);
  }

  /** Forgets a camera and its address. @throws Error of the file system */
  async remove(camera: CameraSettings): Promise<void> {
    await this.#write(this.#cameras.filter((one) => one !== camera));
  }

  async #write(cameras: readonly CameraSettings[]): Promise<void> {
    await writeWhole(this.#path, Buffer.from(JSON.stringify(cameras, undefined, 2)));
    await syncFolder(dirname(this.#path));
    this.#cameras = cameras;
  }
}

function readAdded(path: string): CameraSettings[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw new ConfigError(`${path} can't be read (${codeOf(error)}).`);
  }
  try {
    return z.array(CameraEntry).parse(JSON.parse(text));
  } catch {
    // The parser's words might show an address.
    throw new ConfigError(`${path} is damaged: mend it, or remove it and add its cameras again.`);
  }
}

/** Returns the cameras that may be watched: without `CAMERA_NETWORKS`, none that a client has added. */
export function watchedAdded(added: AddedCameras, { cameraNetworks }: Config): readonly CameraSettings[] {
  if (cameraNetworks || added.list.length === 0) return added.list;
  log().warn(
    { cameras: added.list.map(({ name }) => name) },
    'cameras: those that were added by the API are not watched, because CAMERA_NETWORKS is not set',
  );
  return [];
}
