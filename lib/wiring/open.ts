import * as adapters from '#adapters';
import type { KeptAnswers } from '../answers/port.ts';
import type { AuditTrail } from '../audit/port.ts';
import type { FaceBackend } from '../faces/port.ts';
import type { Leftovers } from '../images/leftovers.ts';
import { imageLocator } from '../images/location.ts';
import type { ImageDelivery, ImageStore } from '../images/port.ts';
import { PictureSlots } from '../inputs/picture-slots.ts';
import type { InputReader } from '../inputs/read.ts';
import { loadConfig } from '../load-config.ts';
import type { DeliveryPorts, EnrollingPorts, EntryPorts, Ports, Stores } from '../ports.ts';
import type { RecordStore } from '../records/port.ts';
import { type Actor, ownResultsOf } from '../service/actor.ts';
import type { HousekeepingPorts } from '../service/housekeeping.ts';
import type { Uploads } from '../uploads/port.ts';
import { once } from './opened.ts';

// Each port has its own opener, so that a function opens, and its bundle carries, only the ports that it
// uses. All throw ConfigError or BackendUnavailableError when the adapter can't be opened.

export function records(config = loadConfig()): Promise<RecordStore> {
  return once(config, 'records', () => adapters.openRecords(config));
}

/** Opens the records for those who remove pictures: the faces that are kept with them go too. */
export function recordsWithFaces(config = loadConfig()): Promise<RecordStore> {
  return once(config, 'recordsWithFaces', () => adapters.openRecordsWithFaces(config));
}

export function audit(config = loadConfig()): Promise<AuditTrail> {
  return once(config, 'audit', () => adapters.openAudit(config));
}

/** Opens the answers that are kept for repeated requests. */
export function keptAnswers(config = loadConfig()): Promise<KeptAnswers> {
  return once(config, 'keptAnswers', () => adapters.openKeptAnswers(config));
}

export function images(config = loadConfig()): Promise<ImageStore> {
  return once(config, 'images', () => adapters.openImages(config));
}

/** Opens the delivery of pictures to clients. */
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
  return once(config, 'inputs', () => adapters.openInputs(config, false));
}

/** The reader for whoever asks: by a path or a key, only those read kept pictures who may see them. */
export function inputsFor(actor: Actor, config = loadConfig()): Promise<InputReader> {
  if (ownResultsOf(actor) === undefined) return inputs(config);
  return once(config, 'ownInputs', () => adapters.openInputs(config, true));
}

/** Opens the uploads, to which clients send pictures that are too large for a request. */
export function uploads(config = loadConfig()): Promise<Uploads> {
  return once(config, 'uploads', () => adapters.openUploads(config));
}

/** Pictures that are worked on at once with Rekognition: each waits for the network most of the time. */
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
  return {
    records: await records(config),
    delivery: await delivery(config),
    images: await images(config),
    pictureSlots: await pictureSlots(config),
  };
}

export async function enrollingPorts(config = loadConfig()): Promise<EnrollingPorts> {
  return {
    ...(await stores(config)),
    pictureSlots: await pictureSlots(config),
    stripMetadata: config.stripMetadata,
  };
}

/** Opens the three stores that change together when an entry is removed. */
export async function stores(config = loadConfig()): Promise<Required<Stores>> {
  return {
    records: await recordsWithFaces(config),
    images: await images(config),
    faces: await faces(config),
    leftovers: await leftovers(config),
    pictureSlots: await pictureSlots(config),
  };
}

/**
 * Opens the stores for the sweep, which removes pictures that no record knows. First it makes sure that all
 * pictures there belong to these records.
 * @throws ConfigError when the bucket belongs to another record store
 * @throws BackendUnavailableError
 */
export function claimedStores(config = loadConfig()): Promise<Required<Stores>> {
  return once(config, 'claimedStores', async () => {
    const opened = await stores(config);
    await adapters.claimPictures(config, opened);
    return opened;
  });
}

/** Gives what the housekeeping of a machine opens. */
export function housekeepingPorts(config = loadConfig()): HousekeepingPorts {
  return {
    stores: () => stores(config),
    claimedStores: () => claimedStores(config),
    keptAnswers: () => keptAnswers(config),
    audit: () => audit(config),
    uploads: () => uploads(config),
  };
}

/** All ports, for the tools, and for the programs that serve every endpoint. */
export interface OpenedPorts extends Ports {
  /** Description, for the first line of the log, of what compares the faces. */
  readonly runtime: string;
  close(): Promise<void>;
}

/** Opens all ports that the settings ask for. */
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
