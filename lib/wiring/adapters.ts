import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { KeptAnswers } from '../answers/port.ts';
import type { AuditTrail } from '../audit/port.ts';
import type { AwsConfig, Config } from '../config.ts';
import type { WebhookStatus } from '../contract/endpoints/status.ts';
import type { Outbox } from '../events/port.ts';
import { hasReceivers } from '../events/receivers.ts';
import type { FaceBackend } from '../faces/port.ts';
import type { CollectionsNote } from '../faces/rekognition/galleries.ts';
import type { FaceCollection } from '../faces/rekognition/kept-faces.ts';
import type { Leftovers } from '../images/leftovers.ts';
import { deliverBytes, type ImageDelivery, type ImageStore } from '../images/port.ts';
import type { InputReader } from '../inputs/read.ts';
import type { DataFolder } from '../records/data-folder.ts';
import type { RecordStore } from '../records/port.ts';
import type { LocalUploads } from '../uploads/local.ts';
import type { Uploads } from '../uploads/port.ts';
import { requireWritableFolder } from '../writable-folder.ts';
import type { Embedded } from './embedded.ts';
import { once } from './opened.ts';

/**
 * Adapters that the settings ask for. Each is imported when it is opened, so that a process loads none of the
 * other mode's libraries. A Lambda function is bundled with `adapters-lambda.ts` instead: `#adapters` in
 * package.json chooses between them.
 */

/** Opens the adapters of one machine together, because they share a database. */
function embedded(config: Config): Promise<Embedded> {
  return once(config, 'embedded', async () => {
    const { openEmbedded } = await import('./embedded.ts');
    return openEmbedded(config, await recordsDatabase(config));
  });
}

/** Opens the records' SQLite database, once for the whole process. */
function recordsDatabase(config: Config): Promise<DatabaseSync> {
  return once(config, 'database', async () => {
    const { openDatabase, recordsFile } = await import('../records/sqlite/database.ts');
    requireWritableFolder(config.dataDir, 'DATA_DIR');
    return openDatabase(recordsFile(config));
  });
}

export async function openRecords(config: Config): Promise<RecordStore> {
  if (!config.aws) return (await embedded(config)).records;
  const { region, tableName } = config.aws;
  if (tableName !== undefined) {
    const { openDynamoRecords } = await import('../records/dynamodb/records.ts');
    return openDynamoRecords({ region, tableName }, await keptCollection(config));
  }
  const { openSqliteRecords } = await import('../records/sqlite/records.ts');
  return openSqliteRecords(await recordsDatabase(config));
}

/** Opens what a machine's data folder is asked before, or without, the records in it. */
export async function openDataFolder(config: Config): Promise<DataFolder> {
  const { openSqliteDataFolder } = await import('../records/sqlite/data-folder.ts');
  const folder = openSqliteDataFolder(config);
  if (config.aws?.tableName === undefined) return folder;
  // The folder has no more than its claims then.
  const elsewhere = { keepsRecords: false, missingRecords: () => undefined, mayHaveKeptFaces: () => true };
  return { ...folder, ...elsewhere };
}

/**
 * Opens the records that are there already, without the engine, and for this caller to close. Returns
 * `undefined` if there are none.
 */
export async function openPresentRecords(config: Config): Promise<RecordStore | undefined> {
  if (config.aws?.tableName !== undefined) return openRecords(config);
  if ((await openDataFolder(config)).missingRecords() !== undefined) return undefined;
  const { openDatabase, recordsFile } = await import('../records/sqlite/database.ts');
  const { openSqliteRecords } = await import('../records/sqlite/records.ts');
  return openSqliteRecords(await openDatabase(recordsFile(config)));
}

/** Opens the same records: one process has no need to leave anything out. */
export function openRecordsWithFaces(config: Config): Promise<RecordStore> {
  return once(config, 'records', () => openRecords(config));
}

/** Opens the collection of the faces that matched nobody: those of before may have to go. */
async function keptCollection({ aws, lookBackDays }: Config): Promise<FaceCollection | undefined> {
  if (!aws) return undefined;
  const { openKeptCollection } = await import('../faces/rekognition/kept-collection.ts');
  return openKeptCollection(aws, lookBackDays);
}

export async function openAudit(config: Config): Promise<AuditTrail> {
  const tableName = config.aws?.tableName;
  if (config.aws && tableName !== undefined) {
    const { openDynamoAudit } = await import('../records/dynamodb/audit.ts');
    return openDynamoAudit({ region: config.aws.region, tableName });
  }
  const { SqliteAudit } = await import('../records/sqlite/audit.ts');
  return new SqliteAudit(await recordsDatabase(config));
}

export async function openKeptAnswers(config: Config): Promise<KeptAnswers> {
  const tableName = config.aws?.tableName;
  if (config.aws && tableName !== undefined) {
    const { openDynamoKeptAnswers } = await import('../records/dynamodb/kept-answers.ts');
    return openDynamoKeptAnswers({ region: config.aws.region, tableName });
  }
  const { SqliteKeptAnswers } = await import('../records/sqlite/kept-answers.ts');
  return new SqliteKeptAnswers(await recordsDatabase(config));
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
  const { region, tableName } = config.aws;
  const collectionsNote = await openCollectionsNote(config, config.aws);
  const settings = { ...config.aws, qualityFilter, modelName, distanceMetric, collectionsNote };
  if (tableName === undefined) return openRekognition(settings);
  const { openDynamoKeptFaces } = await import('../records/dynamodb/kept-faces.ts');
  const records = openDynamoKeptFaces({ region, tableName });
  return openRekognition({ ...settings, lookBack: { days, records } });
}

async function openCollectionsNote(
  config: Config,
  { region, tableName }: AwsConfig,
): Promise<CollectionsNote> {
  if (tableName === undefined) {
    const { openSqliteCollectionsNote } = await import('../records/sqlite/collections-note.ts');
    return openSqliteCollectionsNote(await recordsDatabase(config));
  }
  const { openDynamoCollectionsNote } = await import('../records/dynamodb/collections-note.ts');
  return openDynamoCollectionsNote({ region, tableName });
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
  await claimBucket(config.aws, await recordsId(config), stores);
}

async function recordsId(config: Config): Promise<string> {
  const { region = '', tableName } = config.aws ?? {};
  if (tableName !== undefined) {
    const { storeId } = await import('../records/dynamodb/store-id.ts');
    return storeId({ region, tableName });
  }
  const { storeId } = await import('../records/sqlite/database.ts');
  return storeId(await recordsDatabase(config));
}

/** Describes, for the first line of the log, what compares the faces. */
export async function runtimeOf(config: Config): Promise<string> {
  return config.aws ? `Rekognition in ${config.aws.region}` : (await embedded(config)).runtime;
}

/**
 * Opens the queue of deliveries to receivers; returns `undefined` where the table's stream carries match
 * events.
 */
export async function openOutbox(config: Config): Promise<Outbox | undefined> {
  if (config.aws?.tableName !== undefined) return undefined;
  return once(config, 'outbox', async () => {
    const { SqliteOutbox } = await import('../records/sqlite/outbox.ts');
    return new SqliteOutbox(await recordsDatabase(config));
  });
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
