import { vi } from 'vitest';
import { parseConfig } from '../../lib/config.ts';
import { claimFolders } from '../../lib/images/filesystem.ts';
import { storeId } from '../../lib/records/sqlite/database.ts';
import { images, inputs, type OpenedPorts, records } from '../../lib/wiring/open.ts';
import { type Cloud, startCloud } from '../../local/emulators/cloud.ts';
import { type Settings, temporaryFolder } from '../api/server-process.ts';
import { FakeFaces, type FakeGallery } from '../fakes/faces.ts';
import { tableForCloud } from '../service.ts';
import { imageFolders, openStores, slots } from './stores.ts';

/** Ports on a deployment's own records and pictures, with a fake engine in the place of its own. */
export type PortsWithFake = Omit<OpenedPorts, 'runtime'>;

/**
 * Stores of people's data for the tests of one file: the settings that lead to them, and a folder of its own.
 */
export interface Deployment extends AsyncDisposable {
  readonly settings: Settings;
  readonly folder: string;
  /** Opens them as one more process would, except that the faces are in this gallery. */
  openWithFake(gallery: FakeGallery): Promise<PortsWithFake>;
}

/** Makes a deployment of the embedded engine, with a database and folders. */
export async function deepface(): Promise<Deployment> {
  const folder = await temporaryFolder();
  return {
    folder: folder.path,
    settings: { DATA_DIR: folder.path, ENGINE_WORKERS: '1' },
    async openWithFake(gallery) {
      const { ports, database, close } = await openStores(folder.path, gallery);
      await claimFolders(imageFolders(folder.path), storeId(database));
      return { ...ports, close };
    },
    [Symbol.asyncDispose]: () => folder.remove(),
  };
}

/**
 * Starts the emulated services of AWS. While they run, the SDK in this process finds them too.
 * @param collections collections that the faces are spread over
 */
export async function aws(collections = 1): Promise<Deployment & { readonly cloud: Cloud }> {
  const folder = await temporaryFolder();
  const table = await tableForCloud();
  const cloud = await startCloud(table);
  const environment = {
    ...cloud.environment,
    // Nobody makes the gates refuse or fail here, and each call would be made twice.
    AWS_ENDPOINT_URL_S3: cloud.s3.url,
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_ENDPOINT_URL_REKOGNITION: cloud.rekognition.url,
    REKOGNITION_COLLECTIONS: String(collections),
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const settings = {
    ...environment,
    DATA_DIR: folder.path,
    ENGINE_WORKERS: '1',
    REKOGNITION_TPS: '10000',
  };
  return {
    cloud,
    folder: folder.path,
    settings,
    openWithFake: (gallery) => openCloudWithFake(settings, gallery),
    async [Symbol.asyncDispose]() {
      vi.unstubAllEnvs();
      await cloud[Symbol.asyncDispose]();
      await folder.remove();
    },
  };
}

async function openCloudWithFake(settings: Settings, gallery: FakeGallery): Promise<PortsWithFake> {
  const config = parseConfig(settings);
  const faces = new FakeFaces(gallery);
  const opened = await records(config);
  return {
    faces,
    records: opened,
    images: await images(config),
    inputs: await inputs(config),
    pictureSlots: slots(2),
    async close() {
      await faces.close();
      await opened.close();
    },
  };
}
