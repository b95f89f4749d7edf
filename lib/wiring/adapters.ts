import { join } from 'node:path';
import type { KeptAnswers } from '../answers/port.ts';
import type { AuditTrail } from '../audit/port.ts';
import type { Config } from '../config.ts';
import type { WebhookStatus } from '../contract/endpoints/status.ts';
import type { Outbox } from '../events/port.ts';
import { hasReceivers } from '../events/receivers.ts';
import type { FaceBackend } from '../faces/port.ts';
import type { Leftovers } from '../images/leftovers.ts';
import { deliverBytes, type ImageDelivery, type ImageStore } from '../images/port.ts';
import type { InputReader } from '../inputs/read.ts';
import type { DataFolder } from '../records/data-folder.ts';
import type { RecordStore } from '../records/port.ts';
import type { LocalUploads } from '../uploads/local.ts';
import type { Uploads } from '../uploads/port.ts';
import { dynamodbAdapters } from './dynamodb.ts';
import type { Embedded } from './embedded.ts';
import { once } from './opened.ts';
import { sqliteAdapters, sqliteDatabase } from './sqlite.ts';
import type { StoreAdapters } from './store-adapters.ts';

/**
 * Adapters that the settings ask for. Each is imported when it is opened, so that a process loads none of the
 * other mode's libraries. A Lambda function is bundled with `adapters-lambda.ts` instead: `#adapters` in
 * package.json chooses between them.
 */

/** Opens the adapters of one machine together, because they share a database. */
function embedded(config: Config): Promise<Embedded> {
  return once(config, 'embedded', async () => {
    const { openEmbedded } = await import('./embedded.ts');
    return openEmbedded(config, await sqliteDatabase(config));
  });
}

/** Chooses the store of the records. A further one is a branch here, and a `StoreAdapters` beside these. */
function storeOf(config: Config): StoreAdapters {
  const { aws } = config;
  if (aws?.tableName === undefined) return sqliteAdapters(config);
  return dynamodbAdapters(config, { ...aws, tableName: aws.tableName });
}

export async function openRecords(config: Config): Promise<RecordStore> {
  return config.aws ? storeOf(config).records() : (await embedded(config)).records;
}

/** Opens what a machine's data folder is asked before, or without, the records in it. */
export function openDataFolder(config: Config): Promise<DataFolder> {
  return storeOf(config).dataFolder();
}

/**
 * Opens the records that are there already, without the engine, and for this caller to close. Returns
 * `undefined` if there are none.
 */
export function openPresentRecords(config: Config): Promise<RecordStore | undefined> {
  return storeOf(config).presentRecords();
}

/** Opens the same records: one process has no need to leave anything out. */
export function openRecordsWithFaces(config: Config): Promise<RecordStore> {
  return once(config, 'records', () => openRecords(config));
}

export function openAudit(config: Config): Promise<AuditTrail> {
  return storeOf(config).audit();
}

export function openKeptAnswers(config: Config): Promise<KeptAnswers> {
  return storeOf(config).keptAnswers();
}

export async function openImages(config: Config): Promise<ImageStore> {
  if (!config.aws) return (await embedded(config)).images;
  return (await import('../images/s3.ts')).openS3Images(config.aws);
}

export async function openDelivery(config: Config): Promise<ImageDelivery> {
  if (!config.aws) return deliverBytes((await embedded(config)).images);
  return (await import('../images/s3-delivery.ts')).openS3Delivery(config.aws);
}

export async function openFaces(config: Config): Promise<FaceBackend> {
  if (!config.aws) return (await embedded(config)).faces;
  const { openRekognition } = await import('../faces/rekognition/rekognition.ts');
  const { qualityFilter, modelName, distanceMetric, lookBackDays: days } = config;
  const store = storeOf(config);
  const collectionsNote = await store.collectionsNote();
  const settings = { ...config.aws, qualityFilter, modelName, distanceMetric, collectionsNote };
  const records = await store.keptFaces();
  return openRekognition(records ? { ...settings, lookBack: { days, records } } : settings);
}

/** @param uploadsAlone true for clients who may not see the pictures that the service keeps. */
export async function openInputs(config: Config, uploadsAlone: boolean): Promise<InputReader> {
  const { imageRoot, maxImageBytes, urlNetworks, aws, dataDir } = config;
  const { createInputReader } = await import('../inputs/read.ts');
  const hiddenFolders = uploadsAlone ? keptFolders(config) : [];
  const withholdsFiles = uploadsAlone;
  if (!aws) {
    const uploadsFolder = join(dataDir, 'uploads');
    return createInputReader({
      imageRoot,
      maxImageBytes,
      urlNetworks,
      uploadsFolder,
      hiddenFolders,
      withholdsFiles,
    });
  }
  const { createS3Forgetter, createS3Reader } = await import('../inputs/s3.ts');
  return createInputReader({
    imageRoot,
    maxImageBytes,
    urlNetworks,
    hiddenFolders,
    withholdsFiles,
    readS3: createS3Reader({ ...aws, maxImageBytes, uploadsAlone }),
    forgetS3: createS3Forgetter(aws),
  });
}

function keptFolders({ blacklistDir, processedDir, croppedDir, dataDir }: Config): string[] {
  return [blacklistDir, processedDir, croppedDir, join(dataDir, 'inbox'), join(dataDir, 'rejected')];
}

export async function openUploads(config: Config): Promise<Uploads> {
  const { aws, maxImageBytes } = config;
  if (!aws) return localUploads(config);
  return (await import('../uploads/s3.ts')).openS3Uploads({ ...aws, maxImageBytes });
}

/** Opens the uploads of one machine; its server also receives them. */
export function localUploads(config: Config): Promise<LocalUploads> {
  return once(config, 'localUploads', async () =>
    (await import('../uploads/local.ts')).openLocalUploads(config),
  );
}

export async function openLeftovers(config: Config): Promise<Leftovers> {
  if (config.aws) return (await import('../inbox/s3-leftovers.ts')).openS3Leftovers(config.aws);
  return (await import('../inbox/folder-leftovers.ts')).openFolderLeftovers(config.dataDir);
}

/** Makes the pictures these records' own. On one machine that is seen to wherever the folders are opened. */
export async function claimPictures(
  config: Config,
  stores: { readonly records: RecordStore; readonly images: ImageStore },
): Promise<void> {
  if (!config.aws) return;
  const { claimBucket } = await import('../images/claim-bucket.ts');
  await claimBucket(config.aws, await storeOf(config).storeId(), stores);
}

/** Describes, for the first line of the log, what compares the faces. */
export async function runtimeOf(config: Config): Promise<string> {
  return config.aws ? `Rekognition in ${config.aws.region}` : (await embedded(config)).runtime;
}

/**
 * Opens the queue of deliveries to receivers; returns `undefined` where the table's stream carries match
 * events.
 */
export function openOutbox(config: Config): Promise<Outbox | undefined> {
  return storeOf(config).outbox();
}

/** Reports the state of each receiver; returns null where there are none. */
export async function webhookStatus(config: Config): Promise<WebhookStatus[] | null> {
  const outbox = hasReceivers(config) ? await openOutbox(config) : undefined;
  return (await outbox?.status()) ?? null;
}

/** Returns warnings about files in the inbox that are not being indexed. */
export async function inboxWarnings({ aws, dataDir }: Config): Promise<string[]> {
  if (aws) return (await import('../inbox/s3-warnings.ts')).bucketInboxWarnings(aws);
  return (await import('../inbox/folder-warnings.ts')).folderInboxWarnings(dataDir);
}
