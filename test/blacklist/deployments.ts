import { vi } from 'vitest';
import { type Cloud, startCloud } from '../../local/emulators/cloud.ts';
import { type Settings, temporaryFolder } from '../api/server-process.ts';
import { tableForCloud } from '../service.ts';

/**
 * Stores of people's data for the tests of one file: the settings that lead to them, and a folder of its own.
 */
export interface Deployment extends AsyncDisposable {
  readonly settings: Settings;
  readonly folder: string;
}

/** Makes a deployment of the embedded engine, with a database and folders. */
export async function deepface(): Promise<Deployment> {
  const folder = await temporaryFolder();
  return {
    folder: folder.path,
    settings: { DATA_DIR: folder.path, ENGINE_WORKERS: '1' },
    [Symbol.asyncDispose]: () => folder.remove(),
  };
}

/**
 * Starts the emulated services of AWS. While they run, the SDK in this process finds them too.
 * @param collections collections that the faces are spread over
 */
export async function aws(collections = 1): Promise<Deployment & { readonly cloud: Cloud }> {
  const folder = await temporaryFolder();
  const cloud = await startCloud(await tableForCloud());
  const environment = { ...cloud.environment, REKOGNITION_COLLECTIONS: String(collections) };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return {
    cloud,
    folder: folder.path,
    settings: {
      ...environment,
      DATA_DIR: folder.path,
      ENGINE_WORKERS: '1',
      REKOGNITION_TPS: '10000',
    },
    async [Symbol.asyncDispose]() {
      vi.unstubAllEnvs();
      await cloud[Symbol.asyncDispose]();
      await folder.remove();
    },
  };
}
