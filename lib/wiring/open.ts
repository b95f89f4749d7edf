import * as adapters from '#adapters';
import { loadConfig } from '../config.ts';
import type { FaceBackend } from '../faces/port.ts';
import { imageLocator } from '../images/location.ts';
import type { ImageDelivery, ImageStore } from '../images/port.ts';
import type { Leftovers } from '../images/leftovers.ts';
import { PictureSlots } from '../inputs/picture-slots.ts';
import type { InputReader } from '../inputs/read.ts';
import type { DeliveryPorts, EnrollingPorts, EntryPorts, Ports, Stores } from '../ports.ts';
import type { RecordStore } from '../records/port.ts';
import type { Uploads } from '../uploads/port.ts';
import { once } from './opened.ts';

// Each port has an opener of its own, so that a function opens, and its bundle carries, only those that it uses. Each throws ConfigError or
// BackendUnavailableError when its adapter can't be opened.

export function records(config = loadConfig()): Promise<RecordStore> {
  return once(config, 'records', () => adapters.openRecords(config));
}

export function images(config = loadConfig()): Promise<ImageStore> {
  return once(config, 'images', () => adapters.openImages(config));
}

/** What gives pictures out to clients. */
export function delivery(config = loadConfig()): Promise<ImageDelivery> {
  return once(config, 'delivery', () => adapters.openDelivery(config));
}

export function faces(config = loadConfig()): Promise<FaceBackend> {
  return once(config, 'faces', () => adapters.openFaces(config));
}

/** Files of the inbox, and those that were rejected. */
export function leftovers(config = loadConfig()): Promise<Leftovers> {
  return once(config, 'leftovers', () => adapters.openLeftovers(config));
}

/** The reader of the image strings that requests carry. */
export function inputs(config = loadConfig()): Promise<InputReader> {
  return once(config, 'inputs', () => adapters.openInputs(config));
}

/** Where clients put pictures that are too large for a request. */
export function uploads(config = loadConfig()): Promise<Uploads> {
  return once(config, 'uploads', () => adapters.openUploads(config));
}

/** With Rekognition, a picture waits for the network most of the time. */
const picturesAtOnceWithRekognition = 3;

export function pictureSlots(config = loadConfig()): Promise<PictureSlots> {
  return once(config, 'pictureSlots', async () => {
    // One more than the engine has workers: the next picture is decoded while they compute.
    const atOnce = config.aws ? picturesAtOnceWithRekognition : config.engineWorkers + 1;
    return new PictureSlots({ atOnce, memoryBytes: config.pictureMemoryBytes });
  });
}

export async function entryPorts(config = loadConfig()): Promise<EntryPorts> {
  return { records: await records(config), images: imageLocator(config) };
}

export async function deliveryPorts(config = loadConfig()): Promise<DeliveryPorts> {
  return { records: await records(config), delivery: await delivery(config) };
}

export async function enrollingPorts(config = loadConfig()): Promise<EnrollingPorts> {
  return {
    ...(await stores(config)),
    pictureSlots: await pictureSlots(config),
    stripMetadata: config.stripMetadata,
  };
}

/** For what removes an entry from all of them. */
export async function stores(config = loadConfig()): Promise<Stores> {
  return {
    records: await records(config),
    images: await images(config),
    faces: await faces(config),
    leftovers: await leftovers(config),
  };
}

/**
 * The stores, for those who remove what no record knows: pictures are where only these records have any.
 * @throws ConfigError when the bucket is another record store's.
 * @throws BackendUnavailableError
 */
export function claimedStores(config = loadConfig()): Promise<Stores> {
  return once(config, 'claimedStores', async () => {
    const opened = await stores(config);
    await adapters.claimPictures(config, opened);
    return opened;
  });
}

/** All ports, for the programs that serve every endpoint and the tools. */
export interface OpenedPorts extends Ports {
  /** What the pictures are compared on, for the first line of the log. */
  readonly runtime: string;
  close(): Promise<void>;
}

/** Opens all that the settings ask for. */
export async function ports(config = loadConfig()): Promise<OpenedPorts> {
  const all = {
    ...(await claimedStores(config)),
    pictureSlots: await pictureSlots(config),
    stripMetadata: config.stripMetadata,
    inputs: await inputs(config),
  };
  return {
    ...all,
    runtime: await adapters.runtimeOf(config),
    async close() {
      await all.faces.close();
      await all.records.close();
    },
  };
}
