import { join } from 'node:path';
import pLimit, { type LimitFunction } from 'p-limit';
import { type AwsConfig, type Config, loadConfig } from './config.ts';
import type { Deepface } from './deepface.ts';
import type { FaceBackend } from './faces/port.ts';
import { imageLocator } from './images/location.ts';
import type { ImageLocator, ImageStore } from './images/port.ts';
import type { InputReader } from './inputs/read.ts';
import type { RecordStore } from './records/port.ts';
import type { LocalUploads } from './uploads/local.ts';
import type { Uploads } from './uploads/port.ts';

/** The three stores, which change together. */
export interface Stores {
  readonly faces: FaceBackend;
  readonly records: RecordStore;
  readonly images: ImageStore;
}

/**
 * What the use cases work with. Each port has an opener here of its own, so that a function loads, and its bundle carries, only the
 * adapters that it uses. Each is opened at the first call, once for the same settings.
 */
export interface Ports extends Stores {
  readonly inputs: InputReader;
  /** Decoded pictures are large: over all requests, only so many are worked on at once. */
  readonly pictureSlots: LimitFunction;
}

const opened = new WeakMap<Config, Map<string, Promise<unknown>>>();

function once<T>(config: Config, name: string, open: () => Promise<T>): Promise<T> {
  const known = opened.get(config) ?? new Map<string, Promise<unknown>>();
  opened.set(config, known);
  const port =
    known.get(name) ??
    open().catch((error: unknown) => {
      // The next call tries again: in a function that stays warm, one failure must not be the last word.
      known.delete(name);
      throw error;
    });
  known.set(name, port);
  return port as Promise<T>;
}

/** The adapters of one machine share a database, and are opened together. No Lambda function carries them. */
function deepface(config: Config): Promise<Deepface> {
  return once(config, 'deepface', async () => (await import('./deepface.ts')).openDeepface(config));
}

/** @throws ConfigError, BackendUnavailableError */
export function records(config = loadConfig()): Promise<RecordStore> {
  return once(config, 'records', async () => {
    if (!config.aws) return (await deepface(config)).records;
    const { region, tableName } = config.aws;
    if (tableName !== undefined) {
      return (await import('./records/dynamodb.ts')).openDynamoRecords({ region, tableName });
    }
    const { openSqliteFile } = await import('./records/sqlite.ts');
    return openSqliteFile(recordsFile(config));
  });
}

/** The records of the `aws_rekognition` backend where they are in SQLite. */
function recordsFile({ dataDir }: Config): string {
  return join(dataDir, 'aws-rekognition.sqlite');
}

/** @throws ConfigError, BackendUnavailableError */
export function images(config = loadConfig()): Promise<ImageStore> {
  return once(config, 'images', async () => {
    if (!config.aws) return (await deepface(config)).images;
    return (await import('./images/s3.ts')).openS3Images(config.aws);
  });
}

/** @throws ConfigError, BackendUnavailableError */
export function faces(config = loadConfig()): Promise<FaceBackend> {
  return once(config, 'faces', async () => {
    if (!config.aws) return (await deepface(config)).faces;
    return (await import('./faces/rekognition/rekognition.ts')).openRekognition(config.aws);
  });
}

/** The reader of the image strings that requests carry. */
export function inputs(config = loadConfig()): Promise<InputReader> {
  return once(config, 'inputs', async () => {
    const { imageRoot, maxImageBytes, aws } = config;
    const { createInputReader } = await import('./inputs/read.ts');
    if (!aws)
      return createInputReader({ imageRoot, maxImageBytes, uploadsFolder: join(config.dataDir, 'uploads') });
    const { createS3Reader } = await import('./inputs/s3.ts');
    return createInputReader({ imageRoot, maxImageBytes, readS3: createS3Reader({ ...aws, maxImageBytes }) });
  });
}

/** Where clients put pictures that are too large for a request. */
export function uploads(config = loadConfig()): Promise<Uploads> {
  return once(config, 'uploads', async () => {
    const { aws, maxImageBytes } = config;
    if (!aws) return localUploads(config);
    return (await import('./uploads/s3.ts')).openS3Uploads({ ...aws, maxImageBytes });
  });
}

/** The uploads of one machine, which the local server receives too. */
export function localUploads(config: Config): Promise<LocalUploads> {
  return once(config, 'localUploads', async () =>
    (await import('./uploads/local.ts')).openLocalUploads(config),
  );
}

/** With Rekognition, a picture waits for the network most of the time. */
const picturesAtOnceWithRekognition = 4;

export function pictureSlots(config = loadConfig()): Promise<LimitFunction> {
  return once(config, 'pictureSlots', async () => {
    // One more than the engine has workers: the next picture is decoded while they compute.
    return pLimit(config.aws ? picturesAtOnceWithRekognition : config.engineWorkers + 1);
  });
}

/** What the use cases that only tell of entries work with: where their pictures are, without a store of pictures. */
export interface EntryPorts {
  readonly records: RecordStore;
  readonly images: ImageLocator;
}

export async function entryPorts(config = loadConfig()): Promise<EntryPorts> {
  return { records: await records(config), images: imageLocator(config) };
}

/** What the use cases that enroll pictures work with. */
export type EnrollingPorts = Omit<Ports, 'inputs'>;

export async function enrollingPorts(config = loadConfig()): Promise<EnrollingPorts> {
  return {
    records: await records(config),
    images: await images(config),
    faces: await faces(config),
    pictureSlots: await pictureSlots(config),
  };
}

/**
 * The three stores, for those who remove what no record knows: pictures are where only these records have any. On one machine that is seen
 * to wherever the folders are opened.
 * @throws ConfigError when the bucket is another record store's.
 * @throws BackendUnavailableError
 */
export function claimedStores(config = loadConfig()): Promise<Stores> {
  return once(config, 'claimedStores', async () => {
    const stores = {
      records: await records(config),
      images: await images(config),
      faces: await faces(config),
    };
    if (config.aws) {
      const { claimBucket } = await import('./images/claim-bucket.ts');
      await claimBucket(config.aws, await recordsId(config, config.aws), stores);
    }
    return stores;
  });
}

async function recordsId(config: Config, { region, tableName }: AwsConfig): Promise<string> {
  if (tableName !== undefined) {
    const { storeId } = await import('./records/dynamodb/store-id.ts');
    return storeId({ region, tableName });
  }
  const { openDatabase, storeId } = await import('./records/database.ts');
  using database = openDatabase(recordsFile(config));
  return storeId(database);
}

/** All ports, for the programs that serve every endpoint and the tools. */
export interface OpenedPorts extends Ports {
  /** What the pictures are compared on, for the first line of the log. */
  readonly runtime: string;
  close(): Promise<void>;
}

/**
 * Opens all that the settings ask for.
 * @throws ConfigError, BackendUnavailableError
 */
export async function ports(config = loadConfig()): Promise<OpenedPorts> {
  const all = { ...(await enrollingPorts(config)), inputs: await inputs(config) };
  await claimedStores(config);
  return {
    ...all,
    runtime: config.aws ? `Rekognition in ${config.aws.region}` : (await deepface(config)).runtime,
    async close() {
      await all.faces.close();
      await all.records.close();
    },
  };
}
